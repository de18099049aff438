// Values as Java's toString prints them. AWS shows them so in States.Format and in messages.

#ifndef PAWL_QUERY_JAVA_TEXT_H_
#define PAWL_QUERY_JAVA_TEXT_H_

#include <string>
#include <string_view>

#include "coordinator/base/json.h"

namespace pawl::query {

// `{a=1, b=[x, null]}`: strings raw, numbers as in JSON. Safe for any depth.
std::string JavaText(Json value);

// "java.lang.String", "java.util.ArrayList", ...; "null" for null.
std::string_view JavaClassName(Json value);

}  // namespace pawl::query

#endif  // PAWL_QUERY_JAVA_TEXT_H_
