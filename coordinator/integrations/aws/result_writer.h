// Writes a result as JSON text, value by value, as Step Functions shows them.

#ifndef PAWL_INTEGRATIONS_AWS_RESULT_WRITER_H_
#define PAWL_INTEGRATIONS_AWS_RESULT_WRITER_H_

#include <string>
#include <string_view>

#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/names.h"
#include "coordinator/integrations/aws/response.h"

namespace pawl::aws {

// Those that write a value tell with false that it is none of the type; nothing is written then.
class ResultWriter {
 public:
  ResultWriter(const ResultStyle& style, std::string* out) : style_(style), out_(*out) {}

  // A scalar that stands in XML or in a header as text.
  bool Text(ShapeType type, std::string_view text);
  bool Scalar(ShapeType type, Json value);
  // Bytes, as text where they are that.
  void Bytes(std::string_view bytes);
  const ResultStyle& style() const { return style_; }
  void Document(Json value) { AppendJson(value, &out_); }

  // Members and elements: Begin, then Key or Next before each, then End. A value that turns out to
  // be none is undone with Mark and Undo.
  void Begin(char bracket) {
    out_.push_back(bracket);
    first_ = true;
  }
  void End(char bracket) {
    out_.push_back(bracket);
    first_ = false;
  }
  void Next() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }
  void Key(std::string_view key) {
    Next();
    AppendJsonString(key, &out_);
    out_.push_back(':');
  }
  // The key of a structure's member.
  void Member(const Use& member) {
    if (style_.model_names) return Key(Capitalized(member.name));
    Key(member.key);
  }
  struct Place {
    size_t size;
    bool first;
  };
  Place Mark() const { return {out_.size(), first_}; }
  void Undo(const Place& place) {
    out_.resize(place.size);
    first_ = place.first;
  }

 private:
  void String(std::string_view text);
  bool Timestamp(absl::Time time);
  bool Float(std::string_view text);

  const ResultStyle style_;
  std::string& out_;
  bool first_ = true;
};

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_RESULT_WRITER_H_
