#include "coordinator/api/index_page.h"

#include <fmt/format.h>

namespace pawl::api {
namespace {

constexpr std::string_view kPage = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pawl</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto;
  padding: 0 1rem; }}
h1 {{ margin-bottom: 0; }}
dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; }}
dt {{ opacity: .7; }}
dd {{ margin: 0; }}
pre {{ padding: 1rem; overflow-x: auto; border-radius: .4rem; font-size: .875rem;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); }}
</style>
</head>
<body>
<h1>Pawl</h1>
<p>Durable workflows in the Amazon States Language, over PostgreSQL.</p>
<dl>
<dt>Version</dt><dd>{version}</dd>
<dt>Account</dt><dd>{account}</dd>
<dt>Region</dt><dd>{region}</dd>
<dt>Endpoint</dt><dd>http://{host}</dd>
<dt>Health</dt>
<dd><a href="/healthz">/healthz</a> (alive), <a href="/readyz">/readyz</a> (can work)</dd>
</dl>
<h2>Go on</h2>
<p>This endpoint speaks the AWS Step Functions API. Any AWS client works against it with nothing
but the endpoint changed; credentials are not checked, but clients want some.</p>
<pre>export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION={region}
aws stepfunctions list-state-machines --endpoint-url http://{host}

aws stepfunctions create-state-machine --endpoint-url http://{host} \
  --name hello --role-arn arn:{partition}:iam::{account}:role/any \
  --definition '{{"StartAt":"Hello","States":{{
    "Hello":{{"Type":"Pass","Result":"world","End":true}}}}}}'

aws stepfunctions start-execution --endpoint-url http://{host} \
  --state-machine-arn arn:{partition}:states:{region}:{account}:stateMachine:hello</pre>
<p>Read on: <a href="https://states-language.net/">the Amazon States Language</a>,
<a href="https://docs.aws.amazon.com/step-functions/latest/apireference/">the API</a>.</p>
</body>
</html>
)";

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string IndexPage(const Account& account, std::string_view version, std::string_view host) {
  return fmt::format(fmt::string_view(kPage.data(), kPage.size()),
                     fmt::arg("version", EscapeHtml(version)),
                     fmt::arg("account", EscapeHtml(account.account_id)),
                     fmt::arg("region", EscapeHtml(account.region)),
                     fmt::arg("partition", EscapeHtml(account.partition)),
                     fmt::arg("host", EscapeHtml(host.empty() ? "localhost:8083" : host)));
}

}  // namespace pawl::api
