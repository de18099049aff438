// Reads JSON lines and answers each with one: what requests are made of Parameters, and what
// results and errors of responses. For tests that compare with other implementations.
//
//   aws_codec FOLDER...
//   {"do":"request","service":"dynamodb","action":"getItem","parameters":{...},"token":"..."}
//     {"method":,"path":,"query":[[name,value|null]],"headers":[[name,value]],"body":base64|null,
//      "host_prefix":} or {"problems":[...]}
//   {"do":"response","service":,"action":,"status":200,"headers":[[name,value]],"body":base64}
//     {"result":{...}} or {"error":,"cause":,"throttled":,"transient":} or {"unreadable":reason}
//   {"do":"describe","service":}
//     {"prefix":,"bytes":,"operations":n,"milliseconds":}

#include <iostream>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "coordinator/base/json.h"
#include "coordinator/base/strings.h"
#include "coordinator/integrations/aws/catalogue.h"
#include "coordinator/integrations/aws/input.h"
#include "coordinator/integrations/aws/model_files.h"
#include "coordinator/integrations/aws/model_reader.h"
#include "coordinator/integrations/aws/request.h"
#include "coordinator/integrations/aws/response.h"
#include "coordinator/integrations/aws/service_error.h"

namespace pawl::aws {
namespace {

std::string Quoted(std::string_view text) {
  std::string quoted;
  AppendJsonString(text, &quoted);
  return quoted;
}

std::string Text(Json object, std::string_view name) {
  const Json value = object.Find(name);
  return value.is_string() ? std::string(value.as_string()) : "";
}

std::string Problems(const std::vector<std::string>& problems) {
  std::string out = "{\"problems\":[";
  for (const std::string& problem : problems) {
    StrAppend(&out, &problem == &problems.front() ? "" : ",", Quoted(problem));
  }
  return out + "]}";
}

std::string Show(const WireRequest& request) {
  std::string out = StrCat("{\"method\":", Quoted(request.method),
                           ",\"path\":", Quoted(request.path), ",\"query\":[");
  for (const QueryItem& item : request.query) {
    StrAppend(&out, &item == &request.query.front() ? "" : ",", "[", Quoted(item.name), ",",
              item.value ? Quoted(*item.value) : "null", "]");
  }
  out += "],\"headers\":[";
  for (const Header& header : request.headers) {
    StrAppend(&out, &header == &request.headers.front() ? "" : ",", "[", Quoted(header.name), ",",
              Quoted(header.value), "]");
  }
  StrAppend(&out, "],\"body\":",
            request.body ? Quoted(absl::Base64Escape(*request.body)) : std::string("null"),
            ",\"host_prefix\":", Quoted(request.host_prefix), "}");
  return out;
}

std::string Request(const OperationRef& found, Json line) {
  const auto input =
      ReadInput(*found.model, *found.operation, line.Find("parameters"), Text(line, "token"));
  if (!input.ok()) return Problems(input.error());
  const auto request = BuildRequest(*found.model, *found.operation, *input);
  return request.ok() ? Show(*request) : Problems(request.error());
}

std::string Response(const OperationRef& found, Json line) {
  WireResponse response{.status = static_cast<int>(line.Find("status").as_int())};
  for (const Json header : line.Find("headers").items()) {
    response.headers.push_back(
        {std::string(header.items()[0].as_string()), std::string(header.items()[1].as_string())});
  }
  absl::Base64Unescape(Text(line, "body"), &response.body);
  if (IsFailure(response)) {
    const ServiceError error = ReadError(*found.model, *found.operation, response);
    return StrCat("{\"error\":", Quoted(error.Name(*found.model, *found.operation)),
                  ",\"cause\":", Quoted(error.Cause(*found.model)),
                  ",\"throttled\":", error.throttled ? "true" : "false",
                  ",\"transient\":", error.transient ? "true" : "false", "}");
  }
  const auto result = ReadResult(*found.model, *found.operation, response);
  return result.ok() ? StrCat("{\"result\":", *result, "}")
                     : StrCat("{\"unreadable\":", Quoted(FromAbsl(result.status().message())), "}");
}

// How long the newest model in the first folder that has one takes, and how much memory.
std::string Describe(const std::vector<std::string>& folders, const std::string& service) {
  for (const std::string& folder : folders) {
    const auto files = FindModels(folder);
    const auto file = files.find(service);
    if (file == files.end()) continue;
    const absl::Time begin = absl::Now();
    const auto text = ReadModelFile(file->second);
    if (!text.ok()) return StrCat("{\"failed\":", Quoted(text.status().ToString()), "}");
    const auto model = ReadModel(*text);
    if (!model.ok()) return StrCat("{\"failed\":", Quoted(model.status().ToString()), "}");
    return StrCat("{\"prefix\":", Quoted((*model)->prefix), ",\"bytes\":", (*model)->bytes(),
                  ",\"operations\":", (*model)->operations.size(),
                  ",\"milliseconds\":", absl::ToDoubleMilliseconds(absl::Now() - begin), "}");
  }
  return "{\"failed\":\"no model\"}";
}

int Run(const std::vector<std::string>& folders) {
  Catalogue catalogue({.folders = folders});
  std::string text;
  while (std::getline(std::cin, text)) {
    JsonArena arena;
    const absl::StatusOr<Json> line = ParseJson(text, &arena);
    std::string answer;
    if (!line.ok()) {
      answer = StrCat("{\"failed\":", Quoted(line.status().ToString()), "}");
    } else if (Text(*line, "do") == "describe") {
      answer = Describe(folders, Text(*line, "service"));
    } else {
      const auto found = catalogue.Find(Text(*line, "service"), Text(*line, "action"));
      if (!found.ok()) {
        answer = StrCat("{\"failed\":", Quoted(found.status().ToString()), "}");
      } else {
        answer = Text(*line, "do") == "request" ? Request(*found, *line) : Response(*found, *line);
      }
    }
    std::cout << answer << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace pawl::aws

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  return pawl::aws::Run({argv + 1, argv + argc});
}
