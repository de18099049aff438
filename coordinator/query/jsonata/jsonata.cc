#include "coordinator/query/jsonata/jsonata.h"

#include <memory>
#include <string>
#include <utility>

#include "coordinator/base/strings.h"
#include "coordinator/base/utf8.h"
#include "coordinator/query/jsonata/evaluator.h"
#include "coordinator/query/jsonata/functions.h"
#include "coordinator/query/jsonata/messages.h"
#include "coordinator/query/jsonata/program.h"
#include "coordinator/query/jsonata/resolve.h"
#include "coordinator/query/jsonata/simplify.h"

namespace pawl::jsonata {
namespace {

JsonataError Describe(const SyntaxError& error, std::string_view source) {
  JsonataError described;
  described.code = std::string(error.code);
  described.token = error.token;
  described.token_is_literal = error.literal;
  const size_t position = std::min<size_t>(error.position, source.size());
  described.position = static_cast<int>(CountUtf16(source.substr(0, position)));
  if (error.code.empty()) {  // a regular expression: the message is its own
    described.message = error.expected;
    return described;
  }
  described.message = FillMessage(error.code, [&](std::string_view name) {
    const bool token = name == "token" || error.expected.empty();
    // The value of S0208 is a number.
    if (token ? error.literal : error.code == "S0208") return token ? error.token : error.expected;
    std::string quoted;
    AppendJsonString(token ? error.token : error.expected, &quoted, NumberStyle::kJavaScript);
    return quoted;
  });
  return described;
}

}  // namespace

const Regex* Program::AddRegex(std::string_view pattern, std::string_view flags,
                               SyntaxError* error) {
  Result<Regex> regex = Regex::Compile(pattern, flags.find('i') != std::string_view::npos,
                                       flags.find('m') != std::string_view::npos);
  if (!regex.ok()) {
    error->code = "";
    error->expected = regex.error().message;
    return nullptr;
  }
  regexes.push_back(std::make_unique<const Regex>(*std::move(regex)));
  return regexes.back().get();
}

const Signature* Program::AddSignature(std::string_view text, SyntaxError* error) {
  Signature signature;
  size_t offset = 0;
  if (!Signature::Parse(text, &signature, &error->code, &offset)) {
    error->position = static_cast<uint32_t>(offset);
    return nullptr;
  }
  signatures.push_back(std::move(signature));
  return &signatures.back();
}

Result<Expression> Expression::Compile(std::string_view text, const CompileOptions& options) {
  auto program = std::make_shared<Program>();
  program->source = std::string(text);
  Parser parser(program->source, options.default_operators, program.get(), &program->arena);
  Node* root = parser.Parse();
  if (root == nullptr) return Describe(parser.error(), text);
  Simplifier simplifier(&program->arena);
  root = simplifier.Run(root);
  if (root == nullptr) return Describe(simplifier.error(), text);
  Resolution resolution = Resolve(root, &program->arena);
  program->root = root;
  program->root_slots = resolution.root_slots;
  for (const Resolution::Global& global : resolution.globals) {
    program->globals.push_back({global.name, FindBuiltin(global.name), global.as_value});
  }
  return Expression(std::move(program));
}

Result<Json> Expression::Evaluate(const Inputs& inputs, const Limits& limits,
                                  JsonArena* arena) const {
  return Evaluator(*program_, inputs, limits, arena).Run();
}

}  // namespace pawl::jsonata
