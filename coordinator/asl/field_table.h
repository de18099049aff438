// Which fields may stand where in a definition (reference/asl.md 2 and 3), as one table.

#ifndef PAWL_ASL_FIELD_TABLE_H_
#define PAWL_ASL_FIELD_TABLE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "coordinator/asl/findings.h"
#include "coordinator/asl/machine.h"

namespace pawl::asl {

// A kind of object of the definition; the first ones are the state types. Values are bits of a set.
using FieldContext = uint16_t;
constexpr FieldContext ContextOf(StateType type) { return 1u << static_cast<unsigned>(type); }
inline constexpr FieldContext kInMachine = 1u << 8;
inline constexpr FieldContext kInBranch = 1u << 9;
inline constexpr FieldContext kInProcessor = 1u << 10;
inline constexpr FieldContext kInProcessorConfig = 1u << 11;
inline constexpr FieldContext kInRetrier = 1u << 12;
inline constexpr FieldContext kInCatcher = 1u << 13;

// Whether `field` may stand in an object of this kind that is in this language.
bool IsFieldAllowed(std::string_view field, FieldContext context, QueryLanguage language);

// Reports the members of `object` that do not belong there, the required ones that are missing, and
// violated "exactly one of" and "at most one of" rules. `object` must be an object.
void CheckFields(const Place& object, FieldContext context, QueryLanguage language,
                 Findings* findings);

// "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for the 'JSONata'
// QueryLanguage": the finding about a field of the other language than `language`.
std::string OtherLanguage(std::string_view field, QueryLanguage language);

}  // namespace pawl::asl

#endif  // PAWL_ASL_FIELD_TABLE_H_
