#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_configuration.h"
#include "coordinator/api/aws_operations.h"

namespace pawl::api {
namespace {

constexpr Member kListTags[] = {ArnMember("resourceArn")};
constexpr Member kTagResource[] = {ArnMember("resourceArn"), TagsMember(true)};
constexpr Member kUntagResource[] = {
    ArnMember("resourceArn"),
    {.name = "tagKeys", .type = MemberType::kStringList, .required = true, .least = 1, .most = 128},
};

// State machines and activities have tags; their versions, aliases and executions have none.
Outcome<store::Taggable, AwsError> ReadTaggable(const Account& account, std::string_view text) {
  const auto type = Arn::Parse(text);
  const std::string_view wanted =
      type.ok() && type->type == "activity" ? "activity" : "stateMachine";
  const bool other = type.ok() && type->type != wanted;
  const auto arn = ReadArn(account, text, other ? std::string_view(type->type) : wanted);
  if (!arn.ok()) return arn.error();
  if (other || !arn->qualifier.empty() || arn->name.find('/') != std::string::npos) {
    return ResourceNotFound(text);
  }
  return store::Taggable{
      wanted == "activity" ? store::Taggable::Kind::kActivity : store::Taggable::Kind::kMachine,
      arn->name};
}

void Change(Services& services, const store::Taggable& thing, const store::TagChange& change,
            const CallPtr& call) {
  services.store->ChangeTags(thing, change, [call](const absl::Status& changed) {
    const std::string_view arn = call->Text("resourceArn");
    if (absl::IsNotFound(changed)) return call->Fail(ResourceNotFound(arn));
    if (absl::IsResourceExhausted(changed)) return call->Fail(TooManyTags(arn));
    if (!changed.ok()) return call->Fail(changed);
    call->Succeed();
  });
}

void TagResource(Services& services, CallPtr call) {
  const std::string_view arn = call->Text("resourceArn");
  const auto thing = ReadTaggable(services.account, arn);
  if (!thing.ok()) return call->Fail(thing.error());
  auto tags = ReadTags(call->Member("tags"), arn);
  if (!tags.ok()) return call->Fail(tags.error());
  Change(services, *thing, {.set = *std::move(tags)}, call);
}

void UntagResource(Services& services, CallPtr call) {
  const auto thing = ReadTaggable(services.account, call->Text("resourceArn"));
  if (!thing.ok()) return call->Fail(thing.error());
  store::TagChange change;
  for (const Json key : call->Member("tagKeys").items())
    change.removed.emplace_back(key.as_string());
  Change(services, *thing, change, call);
}

void ListTagsForResource(Services& services, CallPtr call) {
  const auto thing = ReadTaggable(services.account, call->Text("resourceArn"));
  if (!thing.ok()) return call->Fail(thing.error());
  services.store->GetTags(*thing, [call](const absl::StatusOr<store::Tags>& tags) {
    if (absl::IsNotFound(tags.status())) {
      return call->Fail(ResourceNotFound(call->Text("resourceArn")));
    }
    if (!tags.ok()) return call->Fail(tags.status());
    std::string out;
    ObjectWriter body(&out);
    std::string* list = body.Key("tags");
    *list += '[';
    for (const auto& [key, value] : *tags) {
      if (list->back() != '[') *list += ',';
      ObjectWriter(list).Text("key", key).Text("value", value).Close();
    }
    *list += ']';
    body.Close();
    call->Succeed(std::move(out));
  });
}

}  // namespace

std::span<const Operation> TagOperations() {
  static constexpr Operation kOperations[] = {
      {"ListTagsForResource", kListTags, ListTagsForResource},
      {"TagResource", kTagResource, TagResource},
      {"UntagResource", kUntagResource, UntagResource},
  };
  return kOperations;
}

}  // namespace pawl::api
