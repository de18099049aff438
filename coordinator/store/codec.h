// Positions and history as bytes (proto/pawl/storage/v1/storage.proto), and back. A text that
// several fields or events share is written once; whether two share is seen by their buffers or,
// failing that, by their contents. Decoding shares it again.
//
// Times of positions keep microseconds; deadlines are rounded up, so that none comes early. Times
// of history keep milliseconds. Decoding fails with DATA_LOSS on bytes that are none of ours.

#ifndef PAWL_STORE_CODEC_H_
#define PAWL_STORE_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "coordinator/core/execution.h"
#include "coordinator/core/history.h"

namespace pawl::store {

// `branch` is one of `execution`; branch 0 carries the fields of the execution too.
std::string EncodePosition(const core::Execution& execution, const core::Branch& branch);

// The payload of an event of the execution that is decoded.
using PayloadLookup = absl::FunctionRef<absl::StatusOr<Text>(int64_t event_id)>;

// Data of more bytes than this is not repeated in the position but found in the history again when
// the position is read: a hot row stays narrow whatever passes through it.
inline constexpr size_t kMaxInlineData = 1024;

// Puts the branch into `execution->branches`, whose facts are there already, and with branch 0 the
// fields of the execution.
absl::Status DecodePosition(std::string_view bytes, BranchId id, PayloadLookup payload,
                            core::Execution* execution);

// `events` have contiguous ids and are at least one.
std::string EncodeHistory(absl::Span<const core::HistoryEvent> events);

// Appends the events of one row to `out`.
absl::Status DecodeHistory(std::string_view bytes, int64_t first_event_id,
                           std::vector<core::HistoryEvent>* out);

}  // namespace pawl::store

#endif  // PAWL_STORE_CODEC_H_
