#include "coordinator/api/aws_call.h"

namespace pawl::api {
namespace {

// Requests are flat: nothing that AWS accepts comes near this depth.
constexpr int kMaxRequestDepth = 64;

}  // namespace

std::optional<AwsError> Call::Parse(std::string_view body) {
  auto parsed = ParseJson(body, &arena_, {.depth = kMaxRequestDepth});
  if (!parsed.ok()) {
    return SerializationException("The request body is not valid JSON in UTF-8: " +
                                  std::string(parsed.status().message()));
  }
  request_ = *parsed;
  return std::nullopt;
}

Json Call::Member(std::string_view name) const {
  const Json value = request_.Find(name);
  return value.is_null() ? Json() : value;
}

std::string_view Call::Text(std::string_view name) const {
  const Json value = Member(name);
  return value.is_string() ? value.as_string() : std::string_view();
}

std::optional<pawl::Text> Call::OptionalText(std::string_view name) const {
  const Json value = Member(name);
  if (!value.is_string()) return std::nullopt;
  return pawl::Text(value.as_string());
}

int64_t Call::Int(std::string_view name, int64_t otherwise) const {
  const Json value = Member(name);
  return value.is_int() ? value.as_int() : otherwise;
}

bool Call::Bool(std::string_view name, bool otherwise) const {
  const Json value = Member(name);
  return value.is_bool() ? value.as_bool() : otherwise;
}

void Call::Succeed(std::string body, std::function<void()> written) {
  Send(200, std::move(body), std::move(written));
}
void Call::Fail(const AwsError& error) { Send(error.status, error.Body()); }

void Call::Send(int status, std::string body, std::function<void()> written) {
  responder_.Send({.status = status,
                   .headers = {{"x-amzn-RequestId", request_id_},
                               {"Content-Type", "application/x-amz-json-1.0"}},
                   .body = std::move(body),
                   .written = std::move(written)});
}

}  // namespace pawl::api
