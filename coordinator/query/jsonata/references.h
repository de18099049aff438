// What an expression refers to outside of itself, told from its text alone: the variables that have
// to come with an evaluation, and the names that ask for a context where none may be.

#ifndef PAWL_QUERY_JSONATA_REFERENCES_H_
#define PAWL_QUERY_JSONATA_REFERENCES_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::jsonata {

struct References {
  // Variables that the expression does not bind itself, without the `$`; built-in functions only
  // where they are not called: a variable may have the name of one. The names refer to the text.
  std::set<std::string_view> variables;
  std::set<std::string_view> assigned;  // the variables that it binds by `:=`
  // Of the variable that was asked about: the members that are read of it, and whether it is used
  // in any other way, so that all of it is seen.
  std::set<std::string> members;
  bool whole = false;
  // What stands where there is nothing but the input: "phone", "$", "$$", "*", "**". In the order
  // of the text, each once.
  std::vector<std::string> without_context;
};

// Of an expression that compiles; empty for any other text. `object`: the variable whose members
// are asked about.
References FindReferences(std::string_view text, std::string_view object);

// Whether a function of this name is built in.
bool IsBuiltin(std::string_view name);

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_REFERENCES_H_
