#include "coordinator/query/jsonata/node.h"

namespace pawl::jsonata {

std::string_view TypeName(const Node* node) {
  switch (node->type) {
    case NodeType::kLiteral:
      return node->value.is_number() ? "number" : "value";
    case NodeType::kString:
      return "string";
    case NodeType::kWildcard:
      return "wildcard";
    case NodeType::kVariable:
      return "variable";
    case NodeType::kDescendant:
      return "descendant";
    case NodeType::kParent:
      return "parent";
    case NodeType::kRegex:
      return "regex";
    case NodeType::kPath:
      return "path";
    case NodeType::kBinary:
      return "binary";
    case NodeType::kNegate:
    case NodeType::kArray:
    case NodeType::kObject:
      return "unary";
    case NodeType::kBlock:
      return "block";
    case NodeType::kBind:
      return "bind";
    case NodeType::kCondition:
    case NodeType::kDefault:
    case NodeType::kCoalesce:
      return "condition";
    case NodeType::kCall:
      return "function";
    case NodeType::kPartial:
      return "partial";
    case NodeType::kLambda:
      return "lambda";
    case NodeType::kApply:
      return "apply";
    case NodeType::kTransform:
      return "transform";
    case NodeType::kSort:
      return "sort";
    default:
      return "";
  }
}

}  // namespace pawl::jsonata
