// Reads the Parameters of a call field by field and gathers what is wrong with them, in AWS's words
// (reference/integrations.md 3).

#ifndef PAWL_INTEGRATIONS_PARAMETERS_H_
#define PAWL_INTEGRATIONS_PARAMETERS_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/integrations/call.h"

namespace pawl::integrations {

// `text` is what Parameters are as text. States.Runtime, which nobody catches. The state and the
// event that AWS names before this text are the business of whoever knows them.
CallFailure ParametersRefused(std::string_view text, const std::vector<std::string>& problems);

class ParameterReader {
 public:
  // Of a JSON text; anything but an object is a problem. The reader must outlive what it gives.
  explicit ParameterReader(const std::string& text);
  // The same of what has been read already.
  explicit ParameterReader(Json parameters);

  // The member; undefined when it is missing or null. A required one that is missing is a problem.
  Json Value(std::string_view name);
  Json RequiredValue(std::string_view name);
  // Its text; nothing when it is missing. Another type is a problem.
  std::optional<std::string> String(std::string_view name);
  std::optional<std::string> RequiredString(std::string_view name);
  // The same, but one of `words`, the first of which stands for a missing one.
  std::string OneOf(std::string_view name, std::initializer_list<std::string_view> words);
  // An object; undefined when it is missing. Another type is a problem.
  Json Object(std::string_view name);
  // Members that nothing above has asked for are problems.
  void RefuseOthers();
  void Problem(std::string problem) { problems_.push_back(std::move(problem)); }
  void InvalidFormat(std::string_view name);

  bool ok() const { return problems_.empty(); }
  const std::vector<std::string>& problems() const { return problems_; }
  CallFailure Failure() const;
  JsonArena* arena() { return &arena_; }

 private:
  const std::string* const text_;  // null: what `parameters_` are as text
  JsonArena arena_;
  Json parameters_;
  std::vector<std::string> known_;
  std::vector<std::string> problems_;
};

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_PARAMETERS_H_
