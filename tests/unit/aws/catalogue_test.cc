#include "coordinator/integrations/aws/catalogue.h"

#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "coordinator/base/strings.h"
#include "gtest/gtest.h"

namespace pawl::aws {
namespace {

std::string Model(const std::string& id, const std::string& version, const std::string& operation) {
  return StrCat(R"({"metadata":{"apiVersion":")", version, R"(","protocol":"json","serviceId":")",
                id, R"("},"operations":{")", operation, R"(":{}},"shapes":{}})");
}

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() : root_(StrCat(testing::TempDir(), "/catalogue")) {
    std::filesystem::remove_all(root_);
  }
  ~CatalogueTest() override { std::filesystem::remove_all(root_); }

  std::string Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
    return file;
  }

  std::string Found(Catalogue* catalogue, const std::string& service, const std::string& action) {
    const auto ref = catalogue->Find(service, action);
    return ref.ok() ? StrCat(ref->model->api_version, " ", ref->operation->name)
                    : std::string(ref.status().message());
  }

  const std::string root_;
};

TEST_F(CatalogueTest, TakesTheNewestVersionAndTheFirstFolderThatHasTheAction) {
  Write("a/thing/2020-01-01/service-2.json", Model("Test Thing", "2020-01-01", "Old"));
  Write("a/thing/2021-01-01/service-2.json", Model("Test Thing", "2021-01-01", "New"));
  Write("a/thing/2021-01-01/paginators-1.json", "{}");
  Write("b/thing-2022-01-01.min.json", Model("Test Thing", "2022-01-01", "Newer"));
  Catalogue catalogue({.folders = {root_ + "/a", root_ + "/nowhere", root_ + "/b"}});
  EXPECT_EQ(Found(&catalogue, "testthing", "new"), "2021-01-01 New");
  EXPECT_EQ(Found(&catalogue, "testthing", "newer"), "2022-01-01 Newer");
  EXPECT_EQ(Found(&catalogue, "testthing", "old"),
            "the model of the service 'testthing' has no action 'old'");
  EXPECT_EQ(Found(&catalogue, "other", "x"), "there is no model of the service 'other'");
  EXPECT_EQ(catalogue.Services(), std::vector<std::string>{"testthing"});
}

TEST_F(CatalogueTest, ReadsPackedFiles) {
  const std::string text = Model("Packed", "2020-01-01", "Do");
  const std::string path = Write("packed/2020-01-01/service-2.json.gz", "");
  const gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), text.size());
  gzclose(file);
  Catalogue catalogue({.folders = {root_}});
  EXPECT_EQ(Found(&catalogue, "packed", "do"), "2020-01-01 Do");
}

TEST_F(CatalogueTest, SaysWhichFileIsNoModel) {
  Write("bad/2020-01-01/service-2.json",
        R"({"metadata":{"apiVersion":"1","serviceId":"Bad","protocol":"smoke"}})");
  Catalogue catalogue({.folders = {root_}});
  EXPECT_EQ(Found(&catalogue, "bad", "do"),
            StrCat(root_,
                   "/bad/2020-01-01/service-2.json: metadata: found protocol 'smoke', "
                   "expected json, query, ec2, rest-json or rest-xml"));
}

TEST_F(CatalogueTest, ForgetsWhatHasNotBeenUsedLongest) {
  for (const char* name : {"One", "Two"}) {
    Write(StrCat(name, "/2020-01-01/service-2.json"), Model(name, "2020-01-01", "Do"));
  }
  Catalogue catalogue({.folders = {root_}, .max_bytes = 1});
  const auto one = catalogue.Find("one", "do");
  EXPECT_TRUE(catalogue.FindLoaded("one", "do").ok());
  EXPECT_TRUE(catalogue.Find("two", "do").ok());
  EXPECT_TRUE(absl::IsUnavailable(catalogue.FindLoaded("one", "do").status()));
  EXPECT_EQ(one->operation->name, "Do");  // whoever has it keeps it
}

}  // namespace
}  // namespace pawl::aws
