#include "coordinator/integrations/aws/response_body.h"

namespace pawl::aws {
namespace {

bool WriteList(const ServiceModel& model, const Shape& shape, Json value, ResultWriter* writer,
               int depth) {
  if (!value.is_array()) return false;
  writer->Begin('[');
  for (const Json item : value.items()) {
    const ResultWriter::Place place = writer->Mark();
    writer->Next();
    // Lists keep their length: a null in them stays.
    if (item.is_null()) {
      writer->Document(item);
    } else if (!WriteJsonValue(model, model.Element(shape), item, writer, depth + 1)) {
      writer->Undo(place);
    }
  }
  writer->End(']');
  return true;
}

bool WriteMap(const ServiceModel& model, const Shape& shape, Json value, ResultWriter* writer,
              int depth) {
  if (!value.is_object()) return false;
  writer->Begin('{');
  for (const JsonMember& member : value.members()) {
    if (member.value.is_null()) continue;
    const ResultWriter::Place place = writer->Mark();
    writer->Key(member.key);
    if (!WriteJsonValue(model, model.MapValue(shape), member.value, writer, depth + 1)) {
      writer->Undo(place);
    }
  }
  writer->End('}');
  return true;
}

}  // namespace

bool WriteJsonValue(const ServiceModel& model, const Use& use, Json value, ResultWriter* writer,
                    int depth) {
  if (value.is_null() || value.is_undefined() || depth > kMaxDepth) return false;
  const Shape& shape = model.ShapeOf(use);
  if (shape.document) {
    writer->Document(value);
    return true;
  }
  switch (shape.type) {
    case ShapeType::kStructure:
      if (!value.is_object()) return false;
      writer->Begin('{');
      ForEachMember(model, shape, writer->style(), [&](const Use& member) {
        WriteJsonMember(model, member, value, writer, depth);
      });
      writer->End('}');
      return true;
    case ShapeType::kList:
      return WriteList(model, shape, value, writer, depth);
    case ShapeType::kMap:
      return WriteMap(model, shape, value, writer, depth);
    default:
      return writer->Scalar(shape.type, value);
  }
}

void WriteJsonMember(const ServiceModel& model, const Use& member, Json structure,
                     ResultWriter* writer, int depth) {
  const Json value = structure.Find(WireName(member));
  if (value.is_undefined() || value.is_null()) return;
  const ResultWriter::Place place = writer->Mark();
  writer->Member(member);
  if (!WriteJsonValue(model, member, value, writer, depth + 1)) writer->Undo(place);
}

}  // namespace pawl::aws
