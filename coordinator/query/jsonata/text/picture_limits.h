// How long pictures may be. Reading and filling them takes the square of their length at worst, and
// a picture can be made as long as memory allows.

#ifndef PAWL_QUERY_JSONATA_TEXT_PICTURE_LIMITS_H_
#define PAWL_QUERY_JSONATA_TEXT_PICTURE_LIMITS_H_

#include <cstddef>

#include "coordinator/query/jsonata/error.h"

namespace pawl::jsonata {

inline constexpr size_t kMaxNumberPictureUnits = 1000;
inline constexpr size_t kMaxDatePictureUnits = 10'000;
// Of an option of $formatNumber, such as the grouping separator.
inline constexpr size_t kMaxOptionUnits = 100;

inline JsonataError PictureTooLong() {
  return MakeError(kTooLongCode, "a picture or an option of it is too long");
}

}  // namespace pawl::jsonata

#endif  // PAWL_QUERY_JSONATA_TEXT_PICTURE_LIMITS_H_
