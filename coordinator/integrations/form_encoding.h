// JSON as a form: application/x-www-form-urlencoded.

#ifndef PAWL_INTEGRATIONS_FORM_ENCODING_H_
#define PAWL_INTEGRATIONS_FORM_ENCODING_H_

#include <string>
#include <string_view>

#include "coordinator/base/json.h"

namespace pawl::integrations {

// How an array is written; of {"array": ["a", "b"]}, before percent-encoding:
enum class ArrayFormat {
  kIndices,   // array[0]=a&array[1]=b
  kRepeat,    // array=a&array=b
  kCommas,    // array=a,b
  kBrackets,  // array[]=a&array[]=b
};

// Members of `object` in their order; objects within become key[member]. Names and values are
// percent-encoded, brackets too, as AWS's example of an HTTP Task shows. Null is an empty value. An
// array within an array counts as one of its elements; with kCommas it is JSON text.
std::string FormEncode(Json object, ArrayFormat format);

// A value as form and query have it: a string as it is, null as nothing, anything else as JSON.
std::string PlainText(Json value);

}  // namespace pawl::integrations

#endif  // PAWL_INTEGRATIONS_FORM_ENCODING_H_
