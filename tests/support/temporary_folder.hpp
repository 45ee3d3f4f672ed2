#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace walbench::test_support {

/// A folder for each test, gone at its end.
class TemporaryFolderTest : public testing::Test {
 protected:
  TemporaryFolderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "walbench-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  TemporaryFolderTest(const TemporaryFolderTest&) = delete;
  TemporaryFolderTest& operator=(const TemporaryFolderTest&) = delete;
  ~TemporaryFolderTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  const std::filesystem::path& directory() const { return directory_; }
  std::filesystem::path path(const std::filesystem::path& name) const { return directory_ / name; }
  /// Everything in the folder, and in the folders in it.
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
      all.insert(std::filesystem::relative(entry.path(), directory_).string());
    }
    return all;
  }

  std::filesystem::path write(const std::filesystem::path& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  static std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace walbench::test_support
