// What this node answers when a decision asks about the world.

#ifndef PAWL_ENGINE_WORLD_H_
#define PAWL_ENGINE_WORLD_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "coordinator/core/advance.h"
#include "coordinator/engine/activity_directory.h"
#include "coordinator/engine/task_token.h"
#include "coordinator/integrations/call.h"

namespace pawl::engine {

// Thread-safe.
class NodeWorld : public core::World {
 public:
  // `caller`: as Options::caller. `served_function`: as Options::served_function.
  NodeWorld(std::shared_ptr<const ActivityDirectory> activities, const integrations::Caller* caller,
            std::function<std::string(std::string_view)> served_function, TaskTokens tokens)
      : activities_(std::move(activities)),
        caller_(caller),
        served_function_(std::move(served_function)),
        tokens_(std::move(tokens)) {}

  bool ActivityExists(std::string_view name) const override { return activities_->Exists(name); }
  std::string ServedFunction(std::string_view function) const override {
    return served_function_(function);
  }
  bool CarriesOut(const asl::TaskResource& integration) const override;
  std::optional<std::string> RefusalOf(const asl::TaskResource& integration,
                                       Json parameters) const override;
  std::string SignToken(const core::TaskToken& token) const override {
    return tokens_.Encode(token);
  }

 private:
  const std::shared_ptr<const ActivityDirectory> activities_;
  const integrations::Caller* const caller_;
  const std::function<std::string(std::string_view)> served_function_;
  const TaskTokens tokens_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_WORLD_H_
