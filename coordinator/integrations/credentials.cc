#include "coordinator/integrations/credentials.h"

#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "coordinator/base/strings.h"

namespace pawl::integrations {
namespace {

std::optional<AwsCredentials> Of(std::string id, std::string secret, std::string token) {
  if (id.empty() || secret.empty()) return std::nullopt;
  return AwsCredentials{std::move(id), std::move(secret), std::move(token)};
}

}  // namespace

std::optional<AwsCredentials> ReadProfile(const std::string& text, const std::string& profile) {
  std::map<std::string, std::string> values;
  const std::string wanted = StrCat("[", profile, "]");
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#' || line[0] == ';') continue;
    if (line[0] == '[') {
      inside = line == wanted;
      continue;
    }
    if (!inside) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits('=', 1));
    values[std::string(absl::StripAsciiWhitespace(parts.first))] =
        std::string(absl::StripAsciiWhitespace(parts.second));
  }
  return Of(values["aws_access_key_id"], values["aws_secret_access_key"],
            values["aws_session_token"]);
}

CredentialSource::CredentialSource(const Variables& variables)
    : fixed_(Of(variables("AWS_ACCESS_KEY_ID").value_or(""),
                variables("AWS_SECRET_ACCESS_KEY").value_or(""),
                variables("AWS_SESSION_TOKEN").value_or(""))),
      file_(variables("AWS_SHARED_CREDENTIALS_FILE").value_or("")),
      profile_(variables("AWS_PROFILE").value_or("default")) {
  if (file_.empty()) {
    if (const auto home = variables("HOME")) file_ = StrCat(*home, "/.aws/credentials");
  }
}

std::optional<AwsCredentials> CredentialSource::Get() {
  if (fixed_) return fixed_;
  std::error_code error;
  const auto version = std::filesystem::last_write_time(file_, error);
  absl::MutexLock lock(&mu_);
  if (error) {
    read_ = std::nullopt;
    read_at_version_ = {};
  } else if (version != read_at_version_) {
    std::ostringstream text;
    text << std::ifstream(file_).rdbuf();
    read_ = ReadProfile(text.str(), profile_);
    read_at_version_ = version;
  }
  return read_;
}

}  // namespace pawl::integrations
