// Writes JSON objects straight into a string, member by member.
//
//   std::string out;
//   ObjectWriter(&out).Text("name", name).Time("creationDate", at).Close();

#ifndef PAWL_API_JSON_WRITER_H_
#define PAWL_API_JSON_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace pawl::api {

// Times on the wire: seconds since the epoch, with milliseconds only where they are not zero.
void AppendTime(absl::Time time, std::string* out);

class ObjectWriter {
 public:
  // Opens the object at the end of `out`, which must outlive the writer.
  explicit ObjectWriter(std::string* out) : out_(out) { *out_ += '{'; }

  ObjectWriter& Text(std::string_view key, std::string_view value);
  ObjectWriter& Int(std::string_view key, int64_t value);
  ObjectWriter& Bool(std::string_view key, bool value);
  ObjectWriter& Time(std::string_view key, absl::Time value);
  // `json` is a JSON value already.
  ObjectWriter& Raw(std::string_view key, std::string_view json);
  // Writes the key only; the value is for the caller to append to the string.
  std::string* Key(std::string_view key);
  void Close() { *out_ += '}'; }

 private:
  std::string* out_;
  bool first_ = true;
};

}  // namespace pawl::api

#endif  // PAWL_API_JSON_WRITER_H_
