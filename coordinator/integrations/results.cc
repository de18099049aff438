#include "coordinator/integrations/results.h"

#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"

namespace pawl::integrations {
namespace {

struct NameLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return absl::AsciiStrToLower(a) < absl::AsciiStrToLower(b);
  }
};
using HeaderLists = std::map<std::string, std::vector<std::string>, NameLess>;

HeaderLists Lists(const HttpResponse& response) {
  HeaderLists lists;
  for (const HttpHeader& header : response.headers) lists[header.name].push_back(header.value);
  return lists;
}

template <typename AppendValue>
void AppendMembers(const HeaderLists& lists, AppendValue append_value, std::string* out) {
  out->push_back('{');
  bool first = true;
  for (const auto& [name, values] : lists) {
    if (!first) out->push_back(',');
    first = false;
    AppendJsonString(name, out);
    out->push_back(':');
    append_value(values);
  }
  out->push_back('}');
}

}  // namespace

void AppendHeaderLists(const HttpResponse& response, std::string* out) {
  AppendMembers(
      Lists(response),
      [out](const std::vector<std::string>& values) {
        char before = '[';
        for (const std::string& value : values) {
          out->push_back(before);
          before = ',';
          AppendJsonString(value, out);
        }
        out->push_back(']');
      },
      out);
}

void AppendSdkHttpMetadata(const HttpResponse& response, std::string* out) {
  out->append("{\"AllHttpHeaders\":");
  AppendHeaderLists(response, out);
  out->append(",\"HttpHeaders\":");
  AppendMembers(
      Lists(response),
      [out](const std::vector<std::string>& values) { AppendJsonString(values.front(), out); },
      out);
  StrAppend(out, ",\"HttpStatusCode\":", response.status, "}");
}

std::string MediaType(const HttpResponse& response) {
  const std::string_view value = response.Header("content-type").value_or("");
  return absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(ToAbsl(value.substr(0, value.find(';')))));
}

void AppendResponseBody(const HttpResponse& response, std::string* out) {
  const std::string media_type = MediaType(response);
  if (media_type == "application/json" || absl::EndsWith(media_type, "+json")) {
    JsonArena arena;
    const absl::StatusOr<Json> parsed = ParseJson(response.body, &arena);
    // What only says that it is JSON is shown as the text that it is.
    if (parsed.ok()) return AppendJson(*parsed, out);
  }
  AppendJsonString(FindInvalidUtf8(response.body) == std::string_view::npos
                       ? response.body
                       : ReplaceInvalidUtf8(response.body),
                   out);
}

CallResult Limited(std::string result, int64_t max_bytes, std::string_view what) {
  if (max_bytes > 0 && static_cast<int64_t>(result.size()) > max_bytes) {
    return DataLimitExceeded(what);
  }
  return result;
}

CallFailure DataLimitExceeded(std::string_view what) {
  return {"States.DataLimitExceeded",
          StrCat("The state/task '", what,
                 "' returned a result with a size exceeding the maximum number of bytes service "
                 "limit.")};
}

std::string Excerpt(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) --max_bytes;
  return StrCat(text.substr(0, max_bytes), "...");
}

}  // namespace pawl::integrations
