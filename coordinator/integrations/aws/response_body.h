// Reads what the protocols have in bodies and writes it as a result.

#ifndef PAWL_INTEGRATIONS_AWS_RESPONSE_BODY_H_
#define PAWL_INTEGRATIONS_AWS_RESPONSE_BODY_H_

#include <algorithm>
#include <pugixml.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordinator/base/json.h"
#include "coordinator/integrations/aws/model.h"
#include "coordinator/integrations/aws/result_writer.h"

namespace pawl::aws {

// Deeper than any service's answers; what a hostile one sends must not use up the stack.
inline constexpr int kMaxDepth = 200;

// The members of a structure, in the order of the names that the style shows.
template <typename Visit>
void ForEachMember(const ServiceModel& model, const Shape& shape, const ResultStyle& style,
                   Visit visit) {
  const std::span<const Use> members = model.Members(shape);
  if (!style.model_names) {
    for (const Use& member : members) visit(member);
    return;
  }
  std::vector<std::pair<std::string, const Use*>> named;
  for (const Use& member : members) named.emplace_back(Capitalized(member.name), &member);
  std::sort(named.begin(), named.end());
  for (const auto& [name, member] : named) visit(*member);
}

// False: not a value of that shape; nothing has been written.
bool WriteJsonValue(const ServiceModel& model, const Use& use, Json value, ResultWriter* writer,
                    int depth = 0);
// The members with keys, without brackets: those in the body only.
void WriteJsonMember(const ServiceModel& model, const Use& member, Json structure,
                     ResultWriter* writer, int depth = 0);

// The same of XML. A structure's member is looked for among the children of `structure`.
bool WriteXmlValue(const ServiceModel& model, const Use& use, pugi::xml_node node,
                   ResultWriter* writer, int depth = 0);
void WriteXmlMember(const ServiceModel& model, const Use& member, pugi::xml_node structure,
                    ResultWriter* writer, int depth = 0);

// An element's name without the prefix of its namespace.
std::string_view LocalName(pugi::xml_node node);
// The first child of that local name; null when there is none.
pugi::xml_node ChildNamed(pugi::xml_node parent, std::string_view name);
// What stands in an element, its text and that of CDATA sections.
std::string TextOf(pugi::xml_node node);
// False when `text` is not XML.
bool ParseXml(std::string_view text, pugi::xml_document* document);

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_RESPONSE_BODY_H_
