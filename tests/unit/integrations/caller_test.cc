// Calls against a real server on this machine: what a task gets of each way in which a target can
// behave.

#include "coordinator/integrations/caller.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/http_server.h"

namespace pawl::integrations {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::Answer;
using testing_support::LocalHttpServer;
using testing_support::ReceivedRequest;
using testing_support::Reply;

const Clock& SystemClock() {
  static const auto* const clock = new DatabaseClock;
  return *clock;
}

CallerOptions Options() {
  return {.clock = &SystemClock(), .http_task_allow_plain = true, .grace = absl::ZeroDuration()};
}

std::string Wait(Caller* caller, Call call) {
  std::optional<CallResult> result;
  absl::Notification done;
  caller->Start(std::move(call), [&](CallResult got) {
    result.emplace(std::move(got));
    done.Notify();
  });
  done.WaitForNotification();
  if (result->ok()) return **result;
  return absl::StrCat(result->error().error, ": ", result->error().cause.value_or("(none)"));
}

Call FunctionCall(std::string input = "{}") {
  return {.service = "lambda",
          .parameters = std::move(input),
          .function_arn = "arn:aws:lambda:us-east-1:000000000000:function:f",
          .max_result_bytes = 262144};
}

Call HttpCall(const std::string& url, const std::string& more = "") {
  return {.service = "http",
          .action = "invoke",
          .parameters = absl::StrCat(R"({"ApiEndpoint":")", url, R"(","Method":"GET")", more, "}"),
          .max_result_bytes = 262144};
}

// Both kinds of calls to a target, as "error: cause".
struct Both {
  std::string lambda;
  std::string http;
};

Both CallBoth(const std::string& endpoint, CallerOptions options = Options(),
              absl::Time deadline = absl::InfiniteFuture()) {
  options.lambda = *LambdaRoutes::Parse(endpoint, "", "us-east-1");
  const std::unique_ptr<Caller> caller = MakeCaller(std::move(options));
  Call function = FunctionCall();
  function.deadline = deadline;
  Call http = HttpCall(endpoint + "/x");
  http.deadline = deadline;
  return {Wait(caller.get(), function), Wait(caller.get(), http)};
}

Both CallServer(const Reply& reply, absl::Time deadline = absl::InfiniteFuture()) {
  LocalHttpServer server([&](const ReceivedRequest&) { return reply; });
  return CallBoth(absl::StrCat("http://127.0.0.1:", server.port()), Options(), deadline);
}

TEST(Caller, InvokesAFunction) {
  LocalHttpServer server([](const ReceivedRequest& request) {
    return Answer(
        200, absl::StrCat("[\"", request.method, " ", request.target, "\",", request.body, "]"));
  });
  CallerOptions options = Options();
  options.lambda = *LambdaRoutes::Parse(server.Url(""), "", "us-east-1");
  const std::unique_ptr<Caller> caller = MakeCaller(std::move(options));
  EXPECT_EQ(Wait(caller.get(), FunctionCall(R"({"n":1})")),
            R"(["POST /2015-03-31/functions/f/invocations",{"n":1}])");
}

CredentialSources Keys(const std::string& id) {
  return {[id](const std::string& name) -> std::optional<std::string> {
            if (name == "AWS_ACCESS_KEY_ID") return id;
            if (name == "AWS_SECRET_ACCESS_KEY") return "secret";
            return std::nullopt;
          },
          [](const std::string&) { return std::nullopt; }};
}

TEST(Caller, SignsWhereThereAreCredentials) {
  LocalHttpServer server([](const ReceivedRequest& request) {
    const bool is_signed =
        request.head.find("Authorization: AWS4-HMAC-SHA256 Credential=id/") != std::string::npos;
    return Answer(200, is_signed ? "true" : "false");
  });
  CallerOptions options = Options();
  options.lambda = *LambdaRoutes::Parse(server.Url(""), "", "us-east-1");
  EXPECT_EQ(Wait(MakeCaller(options).get(), FunctionCall()), "false");
  options.aws_credentials = Keys("id");
  EXPECT_EQ(Wait(MakeCaller(options).get(), FunctionCall()), "true");
}

class RolesTest : public testing::Test {
 protected:
  static constexpr char kRole[] = "arn:aws:iam::123456789012:role/x";
  static constexpr char kMachine[] = "arn:aws:states:us-east-1:000000000000:stateMachine:m";

  // A function's server and an STS in one; `sts` is what that answers.
  std::string CallAsRole(const Reply& sts, bool with_credentials = true) {
    LocalHttpServer server([&](const ReceivedRequest& request) {
      if (request.target == "/sts") {
        asked_.push_back(request.body);
        return sts;
      }
      const size_t at = request.head.find("Credential=");
      return Answer(200, absl::StrCat("\"", request.head.substr(at + 11, 4), "\""));
    });
    CallerOptions options = Options();
    options.lambda = *LambdaRoutes::Parse(server.Url(""), "", "us-east-1");
    options.sts_endpoint = server.Url("sts");
    if (with_credentials) options.aws_credentials = Keys("OWN1");
    const std::unique_ptr<Caller> caller = MakeCaller(std::move(options));
    Call call = FunctionCall();
    call.role_arn = kRole;
    call.execution_role_arn = "arn:aws:iam::000000000000:role/own";
    call.state_machine_arn = kMachine;
    std::string outcome = Wait(caller.get(), call);
    EXPECT_EQ(Wait(caller.get(), call), outcome);
    return outcome;
  }

  std::vector<std::string> asked_;  // the bodies of requests to STS
};

TEST_F(RolesTest, AreAssumedOnceForManyCalls) {
  const Reply reply = Answer(200, R"(<AssumeRoleResponse><AssumeRoleResult><Credentials>
    <AccessKeyId>ROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t/=</SessionToken>
    <Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>)");
  EXPECT_EQ(CallAsRole(reply), "\"ROLE\"");
  EXPECT_THAT(asked_, testing::ElementsAre(
                          "Action=AssumeRole&Version=2011-06-15&RoleSessionName=pawl&RoleArn="
                          "arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fx&ExternalId="
                          "arn%3Aaws%3Astates%3Aus-east-1%3A000000000000%3AstateMachine%3Am"));
}

TEST_F(RolesTest, ThatMayNotBeAssumedFailTheTask) {
  constexpr char kRefused[] =
      "States.TaskFailed: The role arn:aws:iam::000000000000:role/own is not authorized to assume "
      "the task state's role, arn:aws:iam::123456789012:role/x.";
  EXPECT_EQ(CallAsRole(Answer(403,
                              "<ErrorResponse><Error><Code>AccessDenied</Code>"
                              "<Message>no</Message></Error></ErrorResponse>")),
            kRefused);
  EXPECT_EQ(CallAsRole(Answer(200, ""), /*with_credentials=*/false), kRefused);
}

TEST_F(RolesTest, ThatCannotBeAskedForFailTheTaskAsTheCallWould) {
  EXPECT_THAT(CallAsRole(Answer(500, "")),
              StartsWith("Lambda.SdkClientException: Unable to execute HTTP request: the role "));
  EXPECT_THAT(CallAsRole(Answer(200, "<html/>")), StartsWith("Lambda.SdkClientException: "));
}

TEST_F(RolesTest, HaveNoMeaningAtEndpointsOfOnesOwnWithoutAnSts) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "1"); });
  CallerOptions options = Options();
  options.lambda = *LambdaRoutes::Parse(server.Url(""), "", "us-east-1");
  Call call = FunctionCall();
  call.role_arn = kRole;
  EXPECT_EQ(Wait(MakeCaller(options).get(), call), "1");
  options.aws_credentials = Keys("OWN1");
  EXPECT_EQ(Wait(MakeCaller(options).get(), call), "1");
}

TEST(Caller, RefusesParametersBeforeTheyAreSent) {
  const std::unique_ptr<Caller> caller = MakeCaller(Options());
  const auto refusal = [&](std::string_view service, const std::string& parameters) {
    JsonArena arena;
    return caller->RefusalOf(service, "invoke", *ParseJson(parameters, &arena)).value_or("(none)");
  };
  EXPECT_EQ(refusal("lambda", R"({"FunctionName":"f","Payload":"x"})"), "(none)");
  EXPECT_EQ(refusal("lambda", R"({"FunctionName":7})"),
            "The Parameters '{\"FunctionName\":7}' could not be used to start the Task: [The value "
            "for the field 'FunctionName' must be a STRING]");
  EXPECT_EQ(refusal("http", R"({"ApiEndpoint":"http://h/","Method":"GET"})"), "(none)");
  EXPECT_THAT(refusal("http", R"({"ApiEndpoint":"http://h/","Method":"GET","Headers":[]})"),
              HasSubstr("[The value of the field 'Headers' has an invalid format]"));
  // What only the task itself can tell.
  EXPECT_EQ(refusal("http", R"({"ApiEndpoint":"http://h/","Method":"GET",
                                "Authentication":{"ConnectionArn":"none"}})"),
            "(none)");
  EXPECT_EQ(refusal("sqs", "{}"), "(none)");
}

TEST(Caller, SaysWhichServiceItDoesNotHave) {
  const std::unique_ptr<Caller> caller = MakeCaller(Options());
  EXPECT_EQ(Wait(caller.get(), {.service = "fax", .action = "send", .parameters = "{}"}),
            "States.Runtime: The integration fax:send is not available in Pawl");
  EXPECT_EQ(Wait(caller.get(), {.service = "sqs", .action = "sendMessage", .parameters = "{}"}),
            "States.Runtime: The integration sqs:sendMessage cannot be called: there are no models "
            "(setting aws_models)");
}

// A folder with one model, of a service with one action.
std::string ModelFolder() {
  const std::string folder = testing::TempDir() + "/caller_models";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/thing-2020-01-01.min.json")
      << R"({"metadata":{"apiVersion":"2020-01-01","endpointPrefix":"thing","jsonVersion":"1.0",)"
         R"("protocol":"json","serviceId":"Thing","targetPrefix":"T"},"operations":{"Do":{)"
         R"("input":{"type":"structure","members":{"a":{}}},)"
         R"("output":{"type":"structure","members":{"b":{}}}}}})";
  return folder;
}

TEST(Caller, CallsAServiceOfAwsByItsModel) {
  LocalHttpServer server([](const ReceivedRequest& request) {
    const bool is_signed =
        request.head.find("Authorization: AWS4-HMAC-SHA256 Credential=id/") != std::string::npos;
    return Answer(is_signed ? 200 : 400, absl::StrCat("{\"b\":", request.body.substr(5)));
  });
  CallerOptions options = Options();
  options.aws_models =
      std::make_shared<aws::Catalogue>(aws::Catalogue::Options{.folders = {ModelFolder()}});
  options.aws_endpoints = *AwsEndpoints::Parse(server.Url("/"), "", "us-east-1");
  const Call call = {.service = "aws-sdk:thing",
                     .action = "do",
                     .parameters = R"({"A":"x"})",
                     .max_result_bytes = 1000};
  EXPECT_THAT(Wait(MakeCaller(options).get(), call),
              HasSubstr("Thing.AccessDeniedException: User: pawl is not authorized"));
  options.aws_sdk_policy = *AwsSdkPolicy::Parse("*");
  EXPECT_THAT(Wait(MakeCaller(options).get(), call), StartsWith("Thing.ThingException: null"));
  options.aws_credentials.variable = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_ACCESS_KEY_ID") return "id";
    if (name == "AWS_SECRET_ACCESS_KEY") return "secret";
    return std::nullopt;
  };
  const std::unique_ptr<Caller> caller = MakeCaller(options);
  EXPECT_EQ(Wait(caller.get(), call), R"({"B":"x"})");
  Call other = call;
  other.action = "undo";
  EXPECT_THAT(Wait(caller.get(), other),
              HasSubstr("States.Runtime: The integration aws-sdk:thing:undo cannot be called: the "
                        "model of the service 'thing' has no action 'undo'"));
}

// Options for the model above at `server`, with what becomes of each request.
CallerOptions ThingOptions(const LocalHttpServer& server, std::string* outcomes = nullptr) {
  CallerOptions options = Options();
  options.aws_models =
      std::make_shared<aws::Catalogue>(aws::Catalogue::Options{.folders = {ModelFolder()}});
  options.aws_endpoints = *AwsEndpoints::Parse(server.Url("/"), "", "us-east-1");
  options.aws_sdk_policy = *AwsSdkPolicy::Parse("*");
  if (outcomes != nullptr) {
    options.aws_outcomes = [outcomes](std::string_view service, AwsOutcome outcome) {
      absl::StrAppend(outcomes, std::string(service), static_cast<int>(outcome), " ");
    };
  }
  return options;
}

const Call kThingCall = {.service = "aws-sdk:thing",
                         .action = "do",
                         .parameters = R"({"A":"x"})",
                         .max_result_bytes = 1000};

TEST(Caller, TriesAgainWhatAServiceThrottles) {
  std::atomic<int> requests = 0;
  LocalHttpServer server([&](const ReceivedRequest&) {
    if (++requests < 3) return Answer(400, R"({"__type":"ThrottlingException"})");
    return Answer(200, "{}");
  });
  std::string outcomes;
  EXPECT_EQ(Wait(MakeCaller(ThingOptions(server, &outcomes)).get(), kThingCall), "{}");
  EXPECT_EQ(outcomes, "thing1 thing1 thing0 ");
}

TEST(Caller, GivesUpAfterThreeAttempts) {
  std::atomic<int> requests = 0;
  LocalHttpServer server([&](const ReceivedRequest&) {
    ++requests;
    return Answer(503, R"({"message":"not now"})");
  });
  EXPECT_EQ(Wait(MakeCaller(ThingOptions(server)).get(), kThingCall),
            "Thing.ThingException: not now (Service: Thing, Status Code: 503, Request ID: null) "
            "(SDK Attempt Count: 3)");
  EXPECT_EQ(requests, 3);
}

TEST(Caller, TriesARefusedCallOnce) {
  std::atomic<int> requests = 0;
  LocalHttpServer server([&](const ReceivedRequest&) {
    ++requests;
    return Answer(400, R"({"__type":"ValidationException","message":"no"})");
  });
  std::string outcomes;
  EXPECT_THAT(Wait(MakeCaller(ThingOptions(server, &outcomes)).get(), kThingCall),
              HasSubstr("(SDK Attempt Count: 1)"));
  EXPECT_EQ(requests, 1);
  EXPECT_EQ(outcomes, "thing2 ");
}

TEST(Caller, TriesNothingAgainBeyondItsDeadline) {
  LocalHttpServer server([&](const ReceivedRequest&) { return Answer(503, "{}"); });
  CallerOptions options = ThingOptions(server);
  options.grace = absl::Seconds(30);
  Call call = kThingCall;
  call.deadline = SystemClock().Now() + absl::Milliseconds(20);
  EXPECT_THAT(Wait(MakeCaller(options).get(), call), HasSubstr("(SDK Attempt Count: 1)"));
}

TEST(Caller, SendsNothingAgainOfACallThatWasCancelled) {
  std::atomic<int> requests = 0;
  absl::Notification first;
  LocalHttpServer server([&](const ReceivedRequest&) {
    if (++requests == 1) first.Notify();
    return Answer(400, R"({"__type":"ThrottlingException"})");
  });
  const std::unique_ptr<Caller> caller = MakeCaller(ThingOptions(server));
  const Caller::CallId id =
      caller->Start(kThingCall, [](CallResult) { FAIL() << "nobody waits for it"; });
  first.WaitForNotification();
  caller->Cancel(id);
  // Throttled, too, and begun later: when it has ended the other's second attempt is long due.
  Wait(caller.get(), kThingCall);
  EXPECT_EQ(requests, 4);
}

// A folder with a model of EMR that has what a fleet is modified by.
std::string EmrFolder() {
  const std::string folder = testing::TempDir() + "/caller_emr_models";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/elasticmapreduce-2009-03-31.min.json")
      << R"({"metadata":{"apiVersion":"2009-03-31","endpointPrefix":"elasticmapreduce",)"
         R"("jsonVersion":"1.1","protocol":"json","serviceId":"EMR","targetPrefix":"E"},)"
         R"("operations":{"ListInstanceFleets":{)"
         R"("input":{"type":"structure","members":{"ClusterId":{}}},)"
         R"("output":{"type":"structure","members":{"InstanceFleets":{"type":"list","member":)"
         R"({"type":"structure","members":{"Id":{},"Name":{}}}}}}},)"
         R"("ModifyInstanceFleet":{"input":{"type":"structure","members":{"ClusterId":{},)"
         R"("InstanceFleet":{"type":"structure","members":{"InstanceFleetId":{},)"
         R"("TargetSpotCapacity":{"type":"integer"}}}}}}}})";
  return folder;
}

TEST(Caller, LooksAFleetUpByItsName) {
  std::string bodies;
  LocalHttpServer server([&](const ReceivedRequest& request) {
    absl::StrAppend(&bodies, request.body, " ");
    return Answer(200, R"({"InstanceFleets":[{"Id":"if-1","Name":"core"}]})");
  });
  CallerOptions options = Options();
  options.aws_models =
      std::make_shared<aws::Catalogue>(aws::Catalogue::Options{.folders = {EmrFolder()}});
  options.aws_endpoints = *AwsEndpoints::Parse("aws", "elasticmapreduce=" + server.Url(""), "r");
  options.aws_integrations_policy = *AwsSdkPolicy::Parse("*:modifyInstanceFleetByName");
  const auto call = [](const std::string& name) {
    return Call{.service = "elasticmapreduce",
                .action = "modifyInstanceFleetByName",
                .parameters = absl::StrCat(R"({"ClusterId":"c","InstanceFleetName":")", name,
                                           R"(","InstanceFleet":{"TargetSpotCapacity":2}})"),
                .idempotency_key = "key",
                .max_result_bytes = 1000};
  };
  const std::unique_ptr<Caller> caller = MakeCaller(options);
  EXPECT_THAT(Wait(caller.get(), call("core")), StartsWith(R"({"SdkHttpMetadata":{)"));
  EXPECT_EQ(
      bodies,
      R"({"ClusterId":"c"} )"
      R"({"ClusterId":"c","InstanceFleet":{"InstanceFleetId":"if-1","TargetSpotCapacity":2}} )");
  EXPECT_EQ(
      Wait(caller.get(), call("none")),
      "ElasticMapReduce.InvalidRequestException: There is no InstanceFleet with the name none "
      "in the cluster c");
}

TEST(Caller, CallsAnApiBehindAGateway) {
  LocalHttpServer server([](const ReceivedRequest& request) {
    const bool is_signed = request.head.find("/us-east-1/execute-api/") != std::string::npos;
    return Answer(200, absl::StrCat("\"", request.target, is_signed ? " signed\"" : "\""),
                  "Content-Type: application/json\r\n");
  });
  CallerOptions options = Options();
  const auto call = [&](const std::string& more) {
    return Call{.service = "apigateway",
                .action = "invoke",
                .parameters = absl::StrCat(R"({"ApiEndpoint":")", server.Url(""),
                                           R"(","Method":"GET","Path":"/pets")", more, "}"),
                .max_result_bytes = 1000};
  };
  EXPECT_THAT(Wait(MakeCaller(options).get(), call("")), HasSubstr(R"("ResponseBody":"/pets")"));
  options.aws_credentials.variable = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_ACCESS_KEY_ID") return "id";
    if (name == "AWS_SECRET_ACCESS_KEY") return "secret";
    return std::nullopt;
  };
  EXPECT_THAT(Wait(MakeCaller(options).get(), call(R"(,"AuthType":"IAM_ROLE")")),
              HasSubstr(R"("ResponseBody":"/pets signed")"));
}

TEST(Caller, CallsAKubernetesClusterThatItsCertificateShows) {
  LocalHttpServer server(
      [](const ReceivedRequest& request) {
        const bool known =
            request.head.find("Authorization: Bearer k8s-aws-v1.") != std::string::npos;
        return Answer(known ? 200 : 401, "{\"items\":[]}", "Content-Type: application/json\r\n");
      },
      LocalHttpServer::Security::kTls);
  CallerOptions options = Options();
  options.aws_credentials.variable = [](const std::string& name) -> std::optional<std::string> {
    if (name == "AWS_ACCESS_KEY_ID") return "id";
    if (name == "AWS_SECRET_ACCESS_KEY") return "secret";
    return std::nullopt;
  };
  const auto call = [&](const std::string& certificate) {
    return Call{
        .service = "eks",
        .action = "call",
        .parameters = absl::StrCat(R"({"ClusterName":"c","CertificateAuthority":")",
                                   absl::Base64Escape(certificate), R"(","Endpoint":")",
                                   server.Url(""), R"(","Method":"GET","Path":"/api/v1/pods"})"),
        .max_result_bytes = 1000};
  };
  const std::unique_ptr<Caller> caller = MakeCaller(options);
  EXPECT_EQ(Wait(caller.get(), call(server.certificate())),
            R"({"ResponseBody":{"items":[]},"StatusCode":200,"StatusText":"OK"})");
  LocalHttpServer other([](const ReceivedRequest&) { return Answer(200, "{}"); },
                        LocalHttpServer::Security::kTlsOfAnotherHost);
  // Not over the connection that is there, either, whose certificate another call trusted.
  EXPECT_THAT(Wait(caller.get(), call(other.certificate())),
              StartsWith("EKS.SdkClientException: Unable to execute HTTP request: "));
  options.egress = *EgressPolicy::Parse("", "127.0.0.1");
  EXPECT_THAT(Wait(MakeCaller(options).get(), call(server.certificate())),
              StartsWith("EKS.SdkClientException: "));
  options.aws_integrations_policy = *AwsSdkPolicy::Parse("sqs:*");
  EXPECT_THAT(Wait(MakeCaller(options).get(), call(server.certificate())),
              HasSubstr("aws_integrations_allow allows eks:call"));
}

TEST(Caller, OfATargetThatHangs) {
  const Both both = CallServer({.bytes = "", .then = Reply::Then::kHang},
                               SystemClock().Now() + absl::Milliseconds(100));
  EXPECT_THAT(both.lambda, StartsWith("Lambda.ClientExecutionTimeoutException: "));
  EXPECT_THAT(both.http, StartsWith("States.Http.Socket: "));
}

TEST(Caller, LeavesTheEndAtTheDeadlineToTheTasksTimer) {
  LocalHttpServer server([](const ReceivedRequest&) {
    return Reply{.bytes = Answer(200, "{}").bytes, .delay = absl::Milliseconds(100)};
  });
  CallerOptions options = Options();
  options.grace = absl::Seconds(30);
  options.lambda = *LambdaRoutes::Parse(server.Url(""), "", "us-east-1");
  Call call = FunctionCall();
  call.deadline = SystemClock().Now() + absl::Milliseconds(50);
  EXPECT_EQ(Wait(MakeCaller(std::move(options)).get(), std::move(call)), "{}");
}

TEST(Caller, OfATargetThatResets) {
  const Both both = CallServer({.bytes = "", .then = Reply::Then::kReset});
  EXPECT_THAT(both.lambda,
              StartsWith("Lambda.SdkClientException: Unable to execute HTTP request: 127.0.0.1:"));
  EXPECT_THAT(both.http, StartsWith("States.Http.Socket: 127.0.0.1:"));
}

TEST(Caller, OfATargetThatFails) {
  const Both both =
      CallServer({.bytes = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_EQ(both.lambda,
            "Lambda.AWSLambdaException: null (Service: AWSLambda; Status Code: 500; Error Code: "
            "null; Request ID: null; Proxy: null)");
  EXPECT_EQ(both.http, "States.Http.StatusCode.500: Internal Server Error");
}

TEST(Caller, OfATargetThatTalksGarbage) {
  const Both both = CallServer({.bytes = "SSH-2.0-OpenSSH_9.2\r\n", .then = Reply::Then::kClose});
  EXPECT_THAT(both.lambda, StartsWith("Lambda.SdkClientException: Unable to execute HTTP request"));
  EXPECT_THAT(both.http, StartsWith("States.Http.Socket: "));
}

TEST(Caller, OfAResponseThatIsGarbage) {
  const Both both = CallServer(Answer(200, "\xff{", "Content-Type: application/json\r\n"));
  EXPECT_THAT(both.lambda, StartsWith("Lambda.SdkClientException: Unable to unmarshall response"));
  EXPECT_THAT(both.lambda, HasSubstr("\xEF\xBF\xBD{"));  // what is not UTF-8 is marked
  EXPECT_THAT(both.http, StartsWith("States.Runtime: Unsupported response content-type"));
}

TEST(Caller, OfAResponseThatIsTooLarge) {
  const Both both = CallServer(Answer(200, absl::StrCat("\"", std::string(10'000'000, 'x'), "\"")));
  EXPECT_EQ(both.lambda,
            "States.DataLimitExceeded: The state/task "
            "'arn:aws:lambda:us-east-1:000000000000:function:f' returned a result with a size "
            "exceeding the maximum number of bytes service limit.");
  EXPECT_EQ(both.http,
            "States.DataLimitExceeded: The state/task 'http' returned a result with a size "
            "exceeding the maximum number of bytes service limit.");
}

TEST(Caller, OfATargetThatRedirects) {
  const Both both =
      CallServer({.bytes = "HTTP/1.1 302 Found\r\nLocation: /y\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_THAT(both.lambda, StartsWith("Lambda.AWSLambdaException: null (Service: AWSLambda; "
                                      "Status Code: 302; "));
  EXPECT_EQ(both.http, "States.Http.StatusCode.302: Found");
}

TEST(Caller, OfABadCertificate) {
  LocalHttpServer server([](const ReceivedRequest&) { return Answer(200, "{}"); },
                         LocalHttpServer::Security::kTls);
  const Both both = CallBoth(absl::StrCat("https://127.0.0.1:", server.port()));
  EXPECT_THAT(both.lambda, StartsWith("Lambda.SdkClientException: Unable to execute HTTP request"));
  EXPECT_THAT(both.lambda, HasSubstr("certificate"));
  EXPECT_THAT(both.http, StartsWith("States.Http.Socket: "));
  EXPECT_THAT(both.http, HasSubstr("certificate"));
}

TEST(Caller, OfARefusedConnection) {
  const std::string closed = [] {
    const LocalHttpServer gone([](const ReceivedRequest&) { return Answer(200, ""); });
    return absl::StrCat("http://127.0.0.1:", gone.port());
  }();
  const Both both = CallBoth(closed);
  EXPECT_THAT(both.lambda, StartsWith("Lambda.SdkClientException: Unable to execute HTTP request"));
  EXPECT_THAT(both.lambda, HasSubstr("refused"));
  EXPECT_THAT(both.http, StartsWith("States.Http.Socket: "));
}

TEST(Caller, OfAnUnknownHost) {
  const Both both = CallBoth("http://no-such-host.invalid");
  EXPECT_EQ(both.lambda,
            "Lambda.SdkClientException: Unable to execute HTTP request: no-such-host.invalid: Name "
            "or service not known");
  EXPECT_EQ(both.http, "States.Http.Socket: no-such-host.invalid: Name or service not known");
}

TEST(Caller, OfADeniedAddress) {
  const Both both = CallBoth("http://169.254.169.254");
  EXPECT_THAT(both.lambda,
              StartsWith("Lambda.SdkClientException: calls to 169.254.169.254 are denied"));
  EXPECT_THAT(both.http,
              StartsWith("States.Http.AccessDenied: calls to 169.254.169.254 are denied"));
}

TEST(Caller, TellsNothingOfACallThatIsCancelled) {
  absl::Notification received;
  LocalHttpServer server([&](const ReceivedRequest&) {
    received.Notify();
    return Reply{.bytes = "", .then = Reply::Then::kHang};
  });
  std::atomic<bool> told = false;
  const std::unique_ptr<Caller> caller = MakeCaller(Options());
  const auto id = caller->Start(HttpCall(server.Url("")), [&](CallResult) { told = true; });
  received.WaitForNotification();
  caller->Cancel(id);
  caller->Cancel(id);
  const auto at_once = caller->Start(HttpCall(server.Url("")), [&](CallResult) { told = true; });
  caller->Cancel(at_once);
  EXPECT_THAT(Wait(caller.get(), {.service = "none"}), StartsWith("States.Runtime"));
  EXPECT_FALSE(told);
}

// A token endpoint that counts, and an API that takes only the newest token.
class OAuthServer {
 public:
  OAuthServer()
      : server_([this](const ReceivedRequest& request) {
          if (request.target == "/token") return Token(request);
          const bool good =
              request.head.find(absl::StrCat("Authorization: Bearer t", newest_.load(), "\r\n")) !=
              std::string::npos;
          return good ? Answer(200, "{}", "Content-Type: application/json\r\n") : Answer(401, "");
        }) {}

  std::unique_ptr<Caller> MakeCallerForIt(const std::string& more = "") {
    CallerOptions options = Options();
    const auto connections = Connections::Parse(
        absl::StrCat("crm: {type: oauth_client_credentials, client_id: pawl, client_secret: s:3, "
                     "endpoint: '",
                     server_.Url("token"), "'", more, "}"),
        nullptr);
    EXPECT_TRUE(connections.ok()) << connections.status();
    options.connections = *connections;
    return MakeCaller(std::move(options));
  }
  Call ApiCall() const {
    return HttpCall(server_.Url("api"), R"(,"Authentication":{"ConnectionArn":"crm"})");
  }

  std::atomic<int> newest_ = 0;
  std::atomic<int> token_status_ = 200;
  absl::Mutex mu_;
  std::string token_request_;

 private:
  Reply Token(const ReceivedRequest& request) {
    absl::MutexLock lock(&mu_);
    token_request_ = request.head + request.body;
    return Answer(token_status_, absl::StrCat(R"({"access_token":"t)", ++newest_,
                                              R"(","expires_in":3600,"token_type":"bearer"})"));
  }

  LocalHttpServer server_;
};

TEST(OAuth, ATokenIsAskedForOnce) {
  OAuthServer server;
  const std::unique_ptr<Caller> caller = server.MakeCallerForIt(", scope: a b");
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Wait(caller.get(), server.ApiCall()), HasSubstr(R"("StatusCode":200)"));
  }
  EXPECT_EQ(server.newest_, 1);
  EXPECT_THAT(server.token_request_, HasSubstr("Authorization: Basic cGF3bDpzJTNBMw==\r\n"));
  EXPECT_THAT(server.token_request_,
              HasSubstr("\r\n\r\ngrant_type=client_credentials&scope=a%20b"));
}

TEST(OAuth, TheClientMayBeNamedInTheBody) {
  OAuthServer server;
  const std::unique_ptr<Caller> caller = server.MakeCallerForIt(", client_authentication: body");
  EXPECT_THAT(Wait(caller.get(), server.ApiCall()), HasSubstr(R"("StatusCode":200)"));
  EXPECT_THAT(server.token_request_,
              HasSubstr("grant_type=client_credentials&client_id=pawl&client_secret=s%3A3"));
}

TEST(OAuth, ATokenThatIsRefusedIsReplacedOnce) {
  OAuthServer server;
  const std::unique_ptr<Caller> caller = server.MakeCallerForIt();
  Wait(caller.get(), server.ApiCall());
  server.newest_ = 7;  // the one that the caller has is not taken any more
  EXPECT_THAT(Wait(caller.get(), server.ApiCall()), HasSubstr(R"("StatusCode":200)"));
  EXPECT_EQ(server.newest_, 8);
}

TEST(OAuth, WithoutATokenTheTaskFails) {
  OAuthServer server;
  server.token_status_ = 400;
  const std::unique_ptr<Caller> caller = server.MakeCallerForIt();
  EXPECT_EQ(Wait(caller.get(), server.ApiCall()),
            "Events.ConnectionResource.InvalidConnectionState: The connection crm got no access "
            "token: the endpoint answered with status 400");
}

}  // namespace
}  // namespace pawl::integrations
