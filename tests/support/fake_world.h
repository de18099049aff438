// A world for tests of the pure core: all functions are served by workers, whatever their version,
// all integrations can be carried out but those of DynamoDB, parameters are refused only where they
// say so ("Refuse"), and tokens have a signature that is none.

#ifndef PAWL_TESTS_SUPPORT_FAKE_WORLD_H_
#define PAWL_TESTS_SUPPORT_FAKE_WORLD_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/escaping.h"
#include "coordinator/base/strings.h"
#include "coordinator/core/advance.h"

namespace pawl {

class FakeWorld : public core::World {
 public:
  FakeWorld() = default;
  explicit FakeWorld(std::function<bool(std::string_view)> activity_exists)
      : activity_exists_(std::move(activity_exists)) {}

  bool ActivityExists(std::string_view name) const override { return activity_exists_(name); }
  std::string ServedFunction(std::string_view function) const override {
    return workers_serve ? std::string(function.substr(0, function.find(':'))) : "";
  }
  bool CarriesOut(const asl::TaskResource& integration) const override {
    return integration.service != "dynamodb";
  }
  std::optional<std::string> RefusalOf(const asl::TaskResource&, Json parameters) const override {
    const Json refusal = parameters.Find("Refuse");
    if (!refusal.is_string()) return std::nullopt;
    return StrCat("The Parameters '", WriteJson(parameters),
                  "' could not be used to start the Task: [", refusal.as_string(), "]");
  }
  std::string SignToken(const core::TaskToken& token) const override {
    const std::string payload = core::TokenPayload(token);
    return absl::WebSafeBase64Escape(StrCat(payload, std::string(core::kTokenSignatureBytes, 's')));
  }

  bool workers_serve = true;

 private:
  std::function<bool(std::string_view)> activity_exists_ = [](std::string_view) { return true; };
};

}  // namespace pawl

#endif  // PAWL_TESTS_SUPPORT_FAKE_WORLD_H_
