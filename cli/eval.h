// `pawl eval`: expressions, paths and calls of intrinsic functions, evaluated line by line. For
// trying them out and for the conformance cases.

#ifndef PAWL_CLI_EVAL_H_
#define PAWL_CLI_EVAL_H_

#include <istream>
#include <ostream>
#include <string>

namespace pawl::cli {

// Reads one JSON object a line from `in` and writes one to `out` for each, in the same order:
//
//   jsonata    {"id", "expr", "data"?, "bindings"?, "timelimit"? (milliseconds), "depth"?}
//   jsonpath   {"id", "path", "doc", "bindings"?, "context"?}
//   intrinsic  {"id", "expr", "data", "bindings"?, "context"?}
//
// An answer is {"id", "result"}, {"id", "undefined": true} or {"id", "error": {"code", "message"}};
// an error of JSONata may have "token" and "position", and "definite" stands beside a path that
// compiles. A line that cannot be read has an error for an answer, too. Gives the exit
// status: 0, or 2 when `lang` is not known.
int EvalLines(const std::string& lang, std::istream& in, std::ostream& out);

}  // namespace pawl::cli

#endif  // PAWL_CLI_EVAL_H_
