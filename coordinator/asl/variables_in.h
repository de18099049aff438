// The workflow variables that the fields of a definition read.

#ifndef PAWL_ASL_VARIABLES_IN_H_
#define PAWL_ASL_VARIABLES_IN_H_

#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coordinator/base/json.h"

namespace pawl::asl {

// Adds those in `$name`, without the `$`, but not in `$`, `$.x`, `$$.x` or what stands in quotes.
// The names refer to `expression`.
void AddVariablesIn(std::string_view expression, std::set<std::string_view>* names);

// Reads one definition. Names refer to the text of it. Not thread-safe.
class VariableReader {
 public:
  explicit VariableReader(Json definition);

  // Adds those that one field of `state` reads, which is no field that holds states; or a member of
  // one of its rules, retriers and catchers. In JSONata the name of a built-in function that is not
  // called is a variable only where some state assigns one of that name.
  void AddField(Json state, std::string_view field, Json value,
                std::set<std::string_view>* names) const;

 private:
  void CollectAssigned(Json level);
  const std::vector<std::string_view>& ReadBy(std::string_view expression) const;
  void AddExpressions(Json value, std::set<std::string_view>* names) const;

  bool jsonata_ = false;  // the language of states that do not say
  std::set<std::string_view> assigned_;
  // What expressions read: each is parsed once, however often it is asked for.
  mutable std::unordered_map<std::string_view, std::vector<std::string_view>> known_;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_VARIABLES_IN_H_
