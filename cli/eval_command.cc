// eval.

#include <iostream>
#include <memory>
#include <string>

#include "cli/commands.h"
#include "cli/eval.h"

namespace pawl::cli {

void AddEval(CLI::App* app, Session* session) {
  auto* command = app->add_subcommand("eval", "Evaluate expressions, a JSON object a line");
  auto language = std::make_shared<std::string>();
  command->add_option("--lang", *language, "jsonata, jsonpath, or intrinsic")
      ->required()
      ->check(CLI::IsMember({"jsonata", "jsonpath", "intrinsic"}));
  command->footer(
      "\nExamples:\n"
      "  echo '{\"expr\": \"$sum(a)\", \"data\": {\"a\": [1, 2]}}' | pawl eval --lang jsonata\n"
      "  echo '{\"path\": \"$.a\", \"doc\": {\"a\": 1}}' | pawl eval --lang jsonpath\n"
      "  echo '{\"expr\": \"States.MathAdd(1, 2)\", \"data\": {}}' | pawl eval --lang intrinsic");
  session->OnRun(command, [=]() -> int { return EvalLines(*language, std::cin, std::cout); });
}

}  // namespace pawl::cli
