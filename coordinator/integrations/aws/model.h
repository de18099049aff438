// The API of one AWS service as its public model describes it: operations, and the shapes of what
// goes in and comes out. Read from botocore's service-2.json or aws-sdk 2's min.json
// (model_reader.h), kept small: an operation is found by the name Step Functions has for it, a
// member by the key that Step Functions shows.

#ifndef PAWL_INTEGRATIONS_AWS_MODEL_H_
#define PAWL_INTEGRATIONS_AWS_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "coordinator/base/json.h"

namespace pawl::aws {

enum class Protocol : uint8_t { kJson, kQuery, kEc2, kRestJson, kRestXml };

enum class ShapeType : uint8_t {
  kStructure,
  kList,
  kMap,
  kString,
  kBoolean,
  kInteger,
  kFloat,
  kBlob,
  kTimestamp,
};

// Where a member stands in an HTTP message.
enum class Location : uint8_t { kBody, kUri, kQuery, kHeader, kHeaders, kStatusCode };

enum class TimestampFormat : uint8_t { kUnset, kIso8601, kUnix, kRfc822 };

inline constexpr uint32_t kNoShape = UINT32_MAX;

// A shape as it is used in one place; what the place says wins over what the shape says. Texts
// belong to the service's model.
struct Use {
  uint32_t shape = kNoShape;
  Location location = Location::kBody;
  TimestampFormat timestamp_format = TimestampFormat::kUnset;
  bool flattened = false;
  bool xml_attribute = false;
  bool idempotency_token = false;
  bool host_label = false;
  bool json_value = false;  // JSON in a header, in base64
  bool event_stream = false;
  bool required = false;  // of a structure's members
  uint16_t order = 0;     // of a structure's members: the model's order
  std::string_view name;  // of a structure's members
  std::string_view key;   // of a structure's members: the name that Step Functions has for it
  std::string_view location_name;  // what it is called on the wire; empty: by its own name
  std::string_view query_name;     // what EC2's protocol calls it; mostly empty
  std::string_view namespace_uri;
  std::string_view namespace_prefix;
};

struct Shape {
  ShapeType type = ShapeType::kString;
  bool document = false;  // any JSON value
  // Of a structure its members, sorted by key; of a list its element; of a map its key and value.
  uint32_t first_use = 0;
  uint32_t use_count = 0;
  std::string_view payload;  // the member that alone is the body; empty: none
};

// What a value may be beside its type: of a text, a list or a map its length, of a number itself.
struct ValueLimits {
  std::optional<double> least;
  std::optional<double> most;
  std::vector<std::string_view> values;  // of an enumeration; empty: it is none
};

struct Operation {
  std::string_view name;    // "PutItem"
  std::string_view action;  // "putItem"
  std::string_view method;
  std::string_view uri;          // "/{Bucket}/{Key+}?acl"
  std::string_view host_prefix;  // "{AccountId}."; mostly empty
  std::string_view result_wrapper;
  std::string_view checksum_member;  // names the algorithm of a checksum; mostly empty
  bool checksum_required = false;
  bool unsigned_request = false;  // goes without a signature
  bool unsigned_body = false;
  Use input;   // kNoShape: nothing goes in
  Use output;  // kNoShape: nothing comes out
};

// Immutable once it has been read; thread-safe.
struct ServiceModel {
  std::string_view prefix;  // "DynamoDb": what Step Functions calls it in errors
  std::string_view service_id;
  Protocol protocol = Protocol::kJson;
  std::string_view json_version;
  std::string_view target_prefix;
  std::string_view api_version;
  std::string_view endpoint_prefix;
  std::string_view signing_name;
  std::string_view global_endpoint;  // the host of a service that has one for the whole world
  std::string_view signature_version;
  std::vector<Operation> operations;  // sorted by action
  std::vector<Shape> shapes;
  std::vector<Use> uses;
  // Of those that have some, by their index.
  absl::flat_hash_map<uint32_t, ValueLimits> limits;
  // By the code that the service sends: the shape that the model has for the exception.
  absl::flat_hash_map<std::string_view, std::string_view> exceptions;
  // By operation and code, where that is another one than above.
  std::map<std::pair<std::string_view, std::string_view>, std::string_view> operation_exceptions;
  bool query_compatible = false;  // once spoke the query protocol, and knows its error codes
  bool lists_exceptions = false;  // aws-sdk 2's models lack most of them
  JsonArena texts;

  // Null: there is no such action.
  const Operation* Find(std::string_view action) const;
  const Shape& ShapeOf(const Use& use) const { return shapes[use.shape]; }
  // The shape of an error that came with `code`, "DBInstanceNotFoundFault"; empty: the model does
  // not have it.
  std::string_view ExceptionOf(const Operation& operation, std::string_view code) const;
  // Null: it has none.
  const ValueLimits* LimitsOf(const Use& use) const {
    const auto at = limits.find(use.shape);
    return at == limits.end() ? nullptr : &at->second;
  }
  // A structure's members, in the order of their keys.
  std::span<const Use> Members(const Shape& shape) const {
    return std::span(uses).subspan(shape.first_use, shape.use_count);
  }
  const Use& Element(const Shape& list) const { return uses[list.first_use]; }
  const Use& MapKey(const Shape& map) const { return uses[map.first_use]; }
  const Use& MapValue(const Shape& map) const { return uses[map.first_use + 1]; }
  // A structure's member by Step Functions' key, or, where nobody has that, by the model's name
  // with its first letter in upper case. Null: there is none.
  const Use* FindMember(const Shape& structure, std::string_view key) const;
  // By the model's name. Null: there is none.
  const Use* FindNamed(const Shape& structure, std::string_view name) const;

  size_t bytes() const;  // about what it takes in memory
};

// What `use` is called on the wire, outside of EC2's protocol.
inline std::string_view WireName(const Use& use) {
  return use.location_name.empty() ? use.name : use.location_name;
}

}  // namespace pawl::aws

#endif  // PAWL_INTEGRATIONS_AWS_MODEL_H_
