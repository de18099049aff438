// An immutable string that many owners share without copying: a payload, a state name, a cause.
// Copying a Text copies a pointer. Thread-safe as a `std::shared_ptr<const T>` is.

#ifndef PAWL_BASE_TEXT_H_
#define PAWL_BASE_TEXT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pawl {

class Text {
 public:
  // The empty text; allocates nothing.
  Text() = default;
  explicit Text(std::string value)
      : value_(value.empty() ? nullptr : std::make_shared<const std::string>(std::move(value))) {}
  explicit Text(std::string_view value) : Text(std::string(value)) {}
  explicit Text(const char* value) : Text(std::string(value)) {}

  // Valid as long as any copy of this Text lives.
  std::string_view view() const { return value_ ? std::string_view(*value_) : std::string_view(); }
  std::string str() const { return std::string(view()); }
  size_t size() const { return value_ ? value_->size() : 0; }
  bool empty() const { return size() == 0; }

  // Whether both share one buffer, so that it need be stored only once.
  bool SharesBufferWith(const Text& other) const { return value_ && value_ == other.value_; }

  friend bool operator==(const Text& a, const Text& b) {
    return a.value_ == b.value_ || a.view() == b.view();
  }
  friend bool operator==(const Text& a, std::string_view b) { return a.view() == b; }

 private:
  std::shared_ptr<const std::string> value_;
};

}  // namespace pawl

#endif  // PAWL_BASE_TEXT_H_
