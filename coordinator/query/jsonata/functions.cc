#include "coordinator/query/jsonata/functions.h"

#include <deque>

#include "absl/container/flat_hash_map.h"
#include "coordinator/base/strings.h"

namespace pawl::jsonata {
namespace {

// All built-in functions by name. Made once, never changed.
class Registry {
 public:
  Registry() {
    for (auto table :
         {StringFunctions(), PatternFunctions(), NumberFunctions(), ArrayFunctions(),
          ObjectFunctions(), HigherOrderFunctions(), TimeFunctions(), StatesFunctions()}) {
      for (const Builtin& builtin : table) Add(builtin);
    }
  }

  Json Find(std::string_view name) const {
    const auto found = by_name_.find(ToAbsl(name));
    return found == by_name_.end() ? Json() : Json::Opaque(found->second);
  }

 private:
  void Add(const Builtin& builtin) {
    Function& function = functions_.emplace_back();
    function.kind = Function::Kind::kBuiltin;
    function.builtin = &builtin;
    function.arity = builtin.arity;
    function.own = false;
    if (!builtin.signature.empty()) {
      std::string_view code;
      size_t offset = 0;
      Signature::Parse(builtin.signature, &signatures_.emplace_back(), &code, &offset);
      function.signature = &signatures_.back();
    }
    by_name_.emplace(ToAbsl(builtin.name), &function);
  }

  std::deque<Function> functions_;
  std::deque<Signature> signatures_;
  absl::flat_hash_map<absl::string_view, const Function*> by_name_;
};

}  // namespace

Json FindBuiltin(std::string_view name) {
  static const Registry* const registry = new Registry();
  return registry->Find(name);
}

}  // namespace pawl::jsonata
