// Where a definition is wrong, and the list of what is wrong with it.

#ifndef PAWL_ASL_FINDINGS_H_
#define PAWL_ASL_FINDINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/asl/compile.h"
#include "coordinator/base/json.h"

namespace pawl::asl {

inline constexpr std::string_view kSchemaValidationFailed = "SCHEMA_VALIDATION_FAILED";

// A value of the definition together with the way to it. Places form a chain on the stack: a place
// must not outlive the one it was made from. Making one costs nothing; its text is made only for a
// finding.
class Place {
 public:
  static Place Root(Json value) { return Place(nullptr, {}, 0, value); }

  // The member `key`; its value is undefined when there is none.
  Place Member(std::string_view key) const;
  // The member at `index` of an object, the element at `index` of an array.
  Place MemberAt(size_t index) const;
  Place Item(size_t index) const;
  // Something below this place that is named by text alone: "/And[1]/Variable".
  Place Below(std::string_view suffix) const { return Place(this, suffix, kSuffix, Json()); }

  Json value() const { return value_; }
  std::string_view key() const { return key_; }
  bool exists() const { return !value_.is_undefined(); }
  bool Has(std::string_view key) const { return !value_.Find(key).is_undefined(); }

  // "/", "/States/Foo/Choices[0]/Variable"; names beyond the length a state may have are cut.
  std::string Text() const;
  // Sorts places in document order when compared lexicographically.
  std::vector<uint32_t> Order() const;

 private:
  static constexpr uint32_t kSuffix = UINT32_MAX;

  Place(const Place* parent, std::string_view key, uint32_t index, Json value)
      : parent_(parent), key_(key), index_(index), value_(value) {}

  const Place* parent_;
  std::string_view key_;  // empty: the element `index_` of an array
  uint32_t index_;        // position among its siblings
  Json value_;
};

// What was found, in document order.
class Findings {
 public:
  void Error(std::string_view code, std::string message, const Place& place);
  // Most findings are of this kind.
  void Schema(std::string message, const Place& place) {
    Error(kSchemaValidationFailed, std::move(message), place);
  }
  // A finding about the whole definition; these come last.
  void ErrorWithoutLocation(std::string_view code, std::string message);
  void Warning(std::string_view code, std::string message, const Place& place);

  bool has_errors() const { return errors_ > 0; }
  std::vector<Diagnostic> Take();

 private:
  struct Entry {
    std::vector<uint32_t> order;
    Diagnostic diagnostic;
  };
  void Add(Diagnostic::Severity severity, std::string_view code, std::string message,
           const Place* place);

  std::vector<Entry> entries_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

}  // namespace pawl::asl

#endif  // PAWL_ASL_FINDINGS_H_
