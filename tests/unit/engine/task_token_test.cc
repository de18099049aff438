#include "coordinator/engine/task_token.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string>

#include "absl/strings/escaping.h"

namespace pawl::engine {
namespace {

const TaskTokens kTokens("secret-of-the-cluster", "us-east-1:000000000000");

TaskToken Sample() { return {ExecutionId(Uuid::Random()), BranchId(3), -42, "charge"}; }

TEST(TaskToken, ComesBackAsItWasMade) {
  const TaskToken token = Sample();
  const absl::StatusOr<TaskToken> read = kTokens.Decode(kTokens.Encode(token));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->execution, token.execution);
  EXPECT_EQ(read->branch, token.branch);
  EXPECT_EQ(read->nonce, token.nonce);
  EXPECT_EQ(read->queue, "charge");
}

TEST(TaskToken, TellsWhoseItIsWithoutTheSecret) {
  const TaskToken token = Sample();
  const absl::StatusOr<TaskToken> read = core::ReadUnverifiedToken(kTokens.Encode(token));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->execution, token.execution);
  EXPECT_EQ(read->branch, token.branch);
  EXPECT_EQ(read->nonce, token.nonce);
  EXPECT_EQ(read->queue, "charge");
  for (const char* text : {"", "a", "AAAA", "not base64!"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(core::ReadUnverifiedToken(text).status())) << text;
  }
}

TEST(TaskToken, IsRefusedWhenAnyCharacterIsChanged) {
  const std::string text = kTokens.Encode(Sample());
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (kTokens.Decode(changed).ok()) {
      // The last character of base64 may carry bits that mean nothing.
      EXPECT_EQ(i, text.size() - 1) << changed;
    }
  }
}

TEST(TaskToken, OfAnotherClusterOrRegionIsRefused) {
  const std::string text = kTokens.Encode(Sample());
  EXPECT_FALSE(TaskTokens("another secret", "us-east-1:000000000000").Decode(text).ok());
  EXPECT_FALSE(TaskTokens("secret-of-the-cluster", "eu-west-1:000000000000").Decode(text).ok());
}

// Nodes of different versions run beside each other, and tokens outlive upgrades.
TEST(TaskToken, IsSignedWithHmacSha256OfScopeAndPayload) {
  const TaskToken token = Sample();
  const std::string payload = core::TokenPayload(token);
  const std::string secret = "secret-of-the-cluster", text = "us-east-1:000000000000/" + payload;
  unsigned char digest[EVP_MAX_MD_SIZE];
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, nullptr);
  std::string bytes;
  ASSERT_TRUE(absl::WebSafeBase64Unescape(kTokens.Encode(token), &bytes));
  EXPECT_EQ(bytes, payload + std::string(reinterpret_cast<const char*>(digest),
                                         core::kTokenSignatureBytes));
}

TEST(TaskToken, GarbageIsRefused) {
  for (const char* text : {"", "x", "not a token", "AAAA", "====", "\xff\xfe"}) {
    EXPECT_FALSE(kTokens.Decode(text).ok()) << text;
  }
}

TEST(TaskToken, FitsIntoAwsLimitForTheLongestName) {
  TaskToken token = Sample();
  token.queue = std::string(80, 'n');
  EXPECT_LE(kTokens.Encode(token).size(), 1024u);
}

}  // namespace
}  // namespace pawl::engine
