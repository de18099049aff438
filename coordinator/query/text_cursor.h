// A place in the text of a path, and the ways in which Jayway's parser looks around from it. Blanks
// are spaces only, as there. Internal to the query folder.

#ifndef PAWL_QUERY_TEXT_CURSOR_H_
#define PAWL_QUERY_TEXT_CURSOR_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::query {

class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}

  size_t position() const { return position_; }
  void MoveTo(size_t position) { position_ = position; }
  void Advance(size_t bytes = 1) { position_ += bytes; }

  // 0 beyond the end; a path has no zero bytes.
  char At(size_t position) const { return position < text_.size() ? text_[position] : '\0'; }
  char Current() const { return At(position_); }
  bool Has(size_t position) const { return position < text_.size(); }
  bool AtEnd() const { return position_ >= text_.size(); }
  // Nothing, or just one more character.
  bool AtTail() const { return position_ + 1 >= text_.size(); }
  std::string_view Slice(size_t from, size_t to) const { return text_.substr(from, to - from); }
  std::string_view Rest() const { return text_.substr(position_); }
  size_t size() const { return text_.size(); }

  void SkipBlanks() {
    while (Current() == ' ') ++position_;
  }
  // The first character behind `position` that is not blank, and where it is.
  size_t NextSignificant(size_t position) const {
    do {
      ++position;
    } while (At(position) == ' ');
    return position;
  }
  char NextSignificantChar(size_t position) const { return At(NextSignificant(position)); }

  std::optional<size_t> Find(char c, size_t from) const {
    const size_t found = text_.find(c, from);
    return found == std::string_view::npos ? std::nullopt : std::optional(found);
  }
  // The next `c` that has no backslash before it.
  std::optional<size_t> FindUnescaped(char c, size_t from) const;
  // The bracket that closes the one at `open`; strings are skipped, regular expressions on request.
  std::optional<size_t> FindClosing(size_t open, bool skip_patterns) const;

 private:
  std::string_view text_;
  size_t position_ = 0;
};

// Takes the backslashes away: `\n`, `\t`, `\u0041` and so on; any other escaped character is
// itself.
std::string Unescape(std::string_view text);

}  // namespace pawl::query

#endif  // PAWL_QUERY_TEXT_CURSOR_H_
