#include <utility>

#include "coordinator/api/aws_arn.h"
#include "coordinator/api/aws_configuration.h"
#include "coordinator/api/aws_operations.h"

namespace pawl::api {
namespace {

std::string Described(const Services& services, const store::Activity& activity, bool whole) {
  std::string out;
  ObjectWriter body(&out);
  body.Text("activityArn", services.account.ActivityArn(activity.name))
      .Time("creationDate", activity.created_at);
  if (whole) {
    body.Text("name", activity.name)
        .Raw("encryptionConfiguration", activity.encryption_configuration.empty()
                                            ? kDefaultEncryption
                                            : activity.encryption_configuration);
  }
  body.Close();
  return out;
}

constexpr Member kCreateActivity[] = {
    {.name = "name", .required = true, .least = 1, .most = kMaxNameCharacters},
    TagsMember(),
    EncryptionMember(),
};

void CreateActivity(Services& services, CallPtr call) {
  if (const auto error = CheckName(call->Text("name"))) return call->Fail(*error);
  const std::string arn = services.account.ActivityArn(call->Text("name"));
  auto tags = ReadTags(call->Member("tags"), arn);
  if (!tags.ok()) return call->Fail(tags.error());
  auto encryption = ReadEncryption(call->Member("encryptionConfiguration"));
  if (!encryption.ok()) return call->Fail(encryption.error());
  const store::Activity activity{.name = std::string(call->Text("name")),
                                 .created_at = services.clock->Now(),
                                 .encryption_configuration = *encryption,
                                 .tags = *std::move(tags)};
  services.store->CreateActivity(activity, [&services, call, arn, encryption = *encryption](
                                               const absl::StatusOr<store::Activity>& stored) {
    if (!stored.ok()) return call->Fail(stored.status());
    if (stored->encryption_configuration != encryption) {
      return call->Fail(ActivityAlreadyExists(arn));
    }
    services.activities.Saw(stored->name, services.clock->Now());
    call->Succeed(Described(services, *stored, false));
  });
}

constexpr Member kActivityArn[] = {ArnMember("activityArn")};

void DescribeActivity(Services& services, CallPtr call) {
  const auto arn = ReadArn(services.account, call->Text("activityArn"), "activity");
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->GetActivity(arn->name, [&services, call](absl::StatusOr<store::Activity> stored) {
    if (absl::IsNotFound(stored.status())) {
      return call->Fail(ActivityDoesNotExist(call->Text("activityArn")));
    }
    if (!stored.ok()) return call->Fail(stored.status());
    call->Succeed(Described(services, *stored, true));
  });
}

void DeleteActivity(Services& services, CallPtr call) {
  const auto arn = ReadArn(services.account, call->Text("activityArn"), "activity");
  if (!arn.ok()) return call->Fail(arn.error());
  services.store->DeleteActivity(arn->name,
                                 [&services, call, name = arn->name](absl::Status deleted) {
                                   services.activities.Forget(name);
                                   if (!deleted.ok() && !absl::IsNotFound(deleted)) {
                                     return call->Fail(deleted);
                                   }
                                   call->Succeed();
                                 });
}

constexpr Member kListActivities[] = {MaxResultsMember(), NextTokenMember()};

void ListActivities(Services& services, CallPtr call) {
  static constexpr std::string_view kRequest = "ListActivities";
  const auto after = PagePosition(services, *call, kRequest);
  if (!after.ok()) return call->Fail(after.error());
  services.store->ListActivities(
      *after, PageSize(*call),
      [&services, call](absl::StatusOr<store::Page<store::Activity>> page) {
        if (!page.ok()) return call->Fail(page.status());
        std::string out;
        ObjectWriter body(&out);
        std::string* list = body.Key("activities");
        *list += '[';
        for (const store::Activity& activity : page->items) {
          if (&activity != &page->items.front()) *list += ',';
          ObjectWriter(list)
              .Text("activityArn", services.account.ActivityArn(activity.name))
              .Text("name", activity.name)
              .Time("creationDate", activity.created_at)
              .Close();
        }
        *list += ']';
        WriteNextToken(services, kRequest, page->next, &body);
        body.Close();
        call->Succeed(std::move(out));
      });
}

}  // namespace

std::span<const Operation> ActivityOperations() {
  static constexpr Operation kOperations[] = {
      {"CreateActivity", kCreateActivity, CreateActivity},
      {"DeleteActivity", kActivityArn, DeleteActivity},
      {"DescribeActivity", kActivityArn, DescribeActivity},
      {"ListActivities", kListActivities, ListActivities},
  };
  return kOperations;
}

}  // namespace pawl::api
