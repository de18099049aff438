// What is wrong with a text that is not JSON, in the words of the parser that AWS uses (Jackson).

#ifndef PAWL_ASL_JSON_DIAGNOSIS_H_
#define PAWL_ASL_JSON_DIAGNOSIS_H_

#include <string>
#include <string_view>

namespace pawl::asl {

struct JsonDiagnosis {
  std::string message;   // "Unrecognized token 'not': was expecting (...)", without the location
  std::string location;  // `[Source: (String)"not a definition"; line: 1, column: 4]`
};

// `text` is one that ParseJson refused. `otherwise` is the message for mistakes that have no words
// here, such as bad UTF-8.
JsonDiagnosis DiagnoseJson(std::string_view text, std::string_view otherwise);

}  // namespace pawl::asl

#endif  // PAWL_ASL_JSON_DIAGNOSIS_H_
