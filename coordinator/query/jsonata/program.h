// What Compile makes of an expression.

#ifndef PAWL_QUERY_JSONATA_PROGRAM_H_
#define PAWL_QUERY_JSONATA_PROGRAM_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/query/jsonata/node.h"
#include "coordinator/query/jsonata/parser.h"
#include "coordinator/query/jsonata/signature.h"
#include "coordinator/query/jsonata/text/js_regex.h"

namespace pawl::jsonata {

struct Global {
  std::string_view name;
  Json builtin;           // undefined: there is none of that name
  bool as_value = false;  // it is not only called by its name
};

struct Program : NodeOwner {
  const Regex* AddRegex(std::string_view pattern, std::string_view flags,
                        SyntaxError* error) override;
  const Signature* AddSignature(std::string_view text, SyntaxError* error) override;

  std::string source;
  JsonArena arena;
  const Node* root = nullptr;
  std::vector<Global> globals;
  uint16_t root_slots = 0;
  std::deque<Signature> signatures;
  std::vector<std::unique_ptr<const Regex>> regexes;
};

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_PROGRAM_H_
