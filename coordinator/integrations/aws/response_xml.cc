#include <string>

#include "coordinator/integrations/aws/response_body.h"

namespace pawl::aws {
namespace {

std::string_view LocalPart(std::string_view name) {
  const size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

bool IsElement(pugi::xml_node node) { return node.type() == pugi::node_element; }

// A flattened list with a name of its elements goes by that.
std::string_view NameOf(const ServiceModel& model, const Use& member) {
  const Shape& shape = model.ShapeOf(member);
  if (shape.type == ShapeType::kList && member.flattened) {
    const std::string_view element = model.Element(shape).location_name;
    if (!element.empty()) return element;
  }
  return WireName(member);
}

// The elements of a list: the children of its element, or, when it is flattened, the element and
// its namesakes behind it.
template <typename Visit>
void ForEachElement(const Use& use, pugi::xml_node node, Visit visit) {
  if (!use.flattened) {
    for (const pugi::xml_node child : node.children()) {
      if (IsElement(child)) visit(child);
    }
    return;
  }
  const std::string_view name = LocalName(node);
  for (pugi::xml_node same = node; same; same = same.next_sibling()) {
    if (IsElement(same) && LocalName(same) == name) visit(same);
  }
}

void WriteList(const ServiceModel& model, const Use& use, pugi::xml_node node, ResultWriter* writer,
               int depth) {
  const Use& element = model.Element(model.ShapeOf(use));
  writer->Begin('[');
  ForEachElement(use, node, [&](pugi::xml_node item) {
    const ResultWriter::Place place = writer->Mark();
    writer->Next();
    if (!WriteXmlValue(model, element, item, writer, depth + 1)) writer->Undo(place);
  });
  writer->End(']');
}

void WriteMap(const ServiceModel& model, const Use& use, pugi::xml_node node, ResultWriter* writer,
              int depth) {
  const Shape& shape = model.ShapeOf(use);
  const std::string_view key_name = model.MapKey(shape).location_name;
  const std::string_view value_name = model.MapValue(shape).location_name;
  writer->Begin('{');
  ForEachElement(use, node, [&](pugi::xml_node entry) {
    const pugi::xml_node key = ChildNamed(entry, key_name.empty() ? "key" : key_name);
    const pugi::xml_node value = ChildNamed(entry, value_name.empty() ? "value" : value_name);
    if (!key || !value) return;
    const ResultWriter::Place place = writer->Mark();
    writer->Key(TextOf(key));
    if (!WriteXmlValue(model, model.MapValue(shape), value, writer, depth + 1)) writer->Undo(place);
  });
  writer->End('}');
}

}  // namespace

std::string_view LocalName(pugi::xml_node node) { return LocalPart(node.name()); }

pugi::xml_node ChildNamed(pugi::xml_node parent, std::string_view name) {
  for (const pugi::xml_node child : parent.children()) {
    if (IsElement(child) && LocalName(child) == name) return child;
  }
  return {};
}

std::string TextOf(pugi::xml_node node) {
  std::string text;
  for (const pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
      text += child.value();
  }
  return text;
}

bool ParseXml(std::string_view text, pugi::xml_document* document) {
  const pugi::xml_parse_result parsed = document->load_buffer(
      text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single,
      pugi::encoding_utf8);
  return parsed.status == pugi::status_ok && document->document_element();
}

bool WriteXmlValue(const ServiceModel& model, const Use& use, pugi::xml_node node,
                   ResultWriter* writer, int depth) {
  if (depth > kMaxDepth) return false;
  const Shape& shape = model.ShapeOf(use);
  switch (shape.type) {
    case ShapeType::kStructure:
      writer->Begin('{');
      ForEachMember(model, shape, writer->style(),
                    [&](const Use& member) { WriteXmlMember(model, member, node, writer, depth); });
      writer->End('}');
      return true;
    case ShapeType::kList:
      WriteList(model, use, node, writer, depth);
      return true;
    case ShapeType::kMap:
      WriteMap(model, use, node, writer, depth);
      return true;
    default:
      return writer->Text(shape.type, TextOf(node));
  }
}

void WriteXmlMember(const ServiceModel& model, const Use& member, pugi::xml_node structure,
                    ResultWriter* writer, int depth) {
  const ResultWriter::Place place = writer->Mark();
  if (member.xml_attribute) {
    for (const pugi::xml_attribute attribute : structure.attributes()) {
      if (LocalPart(attribute.name()) != LocalPart(WireName(member))) continue;
      writer->Member(member);
      if (!writer->Text(model.ShapeOf(member).type, attribute.value())) writer->Undo(place);
      return;
    }
    return;
  }
  const pugi::xml_node node = ChildNamed(structure, NameOf(model, member));
  if (!node) return;
  writer->Member(member);
  if (!WriteXmlValue(model, member, node, writer, depth + 1)) writer->Undo(place);
}

}  // namespace pawl::aws
