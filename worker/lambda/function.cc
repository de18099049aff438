#include "worker/lambda/function.h"

#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "coordinator/base/strings.h"
#include "worker/lambda/launchers.h"

namespace pawl::worker {
namespace {

namespace fs = std::filesystem;

// `qualified`: as FunctionOptions::name.
std::map<std::string, std::string> Variables(const std::string& qualified,
                                             const std::string& handler, const std::string& root,
                                             const FunctionSettings& settings) {
  const size_t colon = qualified.find(':');
  const std::string name = qualified.substr(0, colon);
  const std::string version = colon == std::string::npos ? "$LATEST" : qualified.substr(colon + 1);
  return {{"AWS_LAMBDA_FUNCTION_NAME", name},
          {"AWS_LAMBDA_FUNCTION_VERSION", version},
          {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", StrCat(settings.memory_mb)},
          {"AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"},
          {"AWS_LAMBDA_LOG_GROUP_NAME", StrCat("/aws/lambda/", name)},
          {"AWS_LAMBDA_LOG_STREAM_NAME", "pawl"},
          {"AWS_REGION", settings.region},
          {"AWS_DEFAULT_REGION", settings.region},
          {"LAMBDA_TASK_ROOT", root},
          {"LAMBDA_RUNTIME_DIR", root},
          {"_HANDLER", handler}};
}

}  // namespace

absl::StatusOr<FunctionOptions> HandlerFunction(const std::string& name, const std::string& handler,
                                                const FunctionSettings& settings) {
  const size_t colon = handler.rfind(':');
  const fs::path file = fs::absolute(handler.substr(0, colon)).lexically_normal();
  std::string function = colon == std::string::npos ? "" : handler.substr(colon + 1);
  const std::string extension = file.extension();
  const bool is_python = extension == ".py";
  if (!is_python && extension != ".js" && extension != ".cjs" && extension != ".mjs") {
    return absl::InvalidArgumentError(
        StrCat("found '", handler,
               "', expected FILE.js, FILE.cjs, FILE.mjs or FILE.py, perhaps "
               "with :NAME behind it; other runtimes are commands behind --"));
  }
  if (!fs::exists(file)) return absl::NotFoundError(StrCat("there is no file ", file.string()));
  if (function.empty()) function = is_python ? "lambda_handler" : "handler";

  FunctionOptions options;
  options.name = name;
  options.variables = Variables(name, StrCat(file.stem().string(), ".", function),
                                file.parent_path().string(), settings);
  options.variables["PAWL_HANDLER_FILE"] = file.string();
  options.variables["PAWL_HANDLER_NAME"] = function;
  if (is_python) {
    options.command = {"python3", "-u", "-c", kPythonLauncher};
  } else {
    options.command = {"node", "--input-type=module", "-e", kNodeLauncher};
  }
  return options;
}

FunctionOptions CommandFunction(const std::string& name, std::vector<std::string> command,
                                const std::string& handler, const FunctionSettings& settings) {
  FunctionOptions options;
  options.name = name;
  options.command = std::move(command);
  options.variables = Variables(name, handler, fs::current_path().string(), settings);
  return options;
}

}  // namespace pawl::worker
