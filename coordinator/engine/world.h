// What this node answers when a decision asks about the world.

#ifndef PAWL_ENGINE_WORLD_H_
#define PAWL_ENGINE_WORLD_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "coordinator/core/advance.h"
#include "coordinator/engine/activity_directory.h"
#include "coordinator/engine/task_token.h"

namespace pawl::engine {

// Thread-safe.
class NodeWorld : public core::World {
 public:
  // `workers_serve`: as Options::workers_serve.
  NodeWorld(std::shared_ptr<const ActivityDirectory> activities,
            std::function<bool(std::string_view)> workers_serve, TaskTokens tokens)
      : activities_(std::move(activities)),
        workers_serve_(std::move(workers_serve)),
        tokens_(std::move(tokens)) {}

  bool ActivityExists(std::string_view name) const override { return activities_->Exists(name); }
  bool WorkersServe(std::string_view function) const override { return workers_serve_(function); }
  bool CarriesOut(const asl::TaskResource& integration) const override;
  std::string SignToken(const core::TaskToken& token) const override {
    return tokens_.Encode(token);
  }

 private:
  const std::shared_ptr<const ActivityDirectory> activities_;
  const std::function<bool(std::string_view)> workers_serve_;
  const TaskTokens tokens_;
};

}  // namespace pawl::engine

#endif  // PAWL_ENGINE_WORLD_H_
