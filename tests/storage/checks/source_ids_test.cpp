// Would catch: an application's SQLite that is not found, because its source id is Debian's or an
// old one's; another date and hash taken for one; a file that cannot be read taken for one without.

#include "storage/checks/source_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "storage/storage_error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace walbench::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using SourceIds = test_support::TemporaryFolderTest;

const std::string kHash60(60, 'a');
const std::string kId = "2026-03-13 10:38:09 " + kHash60 + "09af";
const std::string kDebian = "2022-12-28 14:03:47 " + kHash60 + "alt1";
const std::string kOld = "2010-07-21 12:00:00 " + std::string(40, 'b');

TEST_F(SourceIds, AreFoundAnywhereInAFileAndOnceEach) {
  const std::string nul(1, '\0');
  const std::string binary = nul + "20" + kId + nul + "fts5: " + kId + nul;
  EXPECT_THAT(source_ids_in(write("app", binary)), ElementsAre(kId));
  EXPECT_THAT(source_ids_in(write("go", "before" + kDebian + "behind" + kOld)),
              ElementsAre(kDebian, kOld));
  EXPECT_THAT(source_ids_in(write("end", std::string(8192, 'x') + kDebian)), ElementsAre(kDebian));
}

TEST_F(SourceIds, OfOneChangedSourceAreOne) {
  const std::string original = kDebian.substr(0, kDebian.size() - 4) + "8a24";
  EXPECT_THAT(source_ids_in(write("one", original + " " + kDebian)), ElementsAre(kDebian));
  EXPECT_THAT(source_ids_in(write("two", kDebian + " " + original)), ElementsAre(kDebian));
}

TEST_F(SourceIds, AreNotEveryDateOrHash) {
  for (const std::string& text :
       {kId.substr(0, kId.size() - 1), kId.substr(1), "2026-03-13T10:38:09 " + kHash60 + "09af",
        "2026-03-13 10:38:09 " + kHash60 + "xalt", "2026-03-13 10:38:09 " + kHash60,
        std::string()}) {
    EXPECT_THAT(source_ids_in(write("app", text)), IsEmpty()) << text;
  }
}

TEST_F(SourceIds, OfNoReadableFileAreRefused) {
  EXPECT_THROW(source_ids_in(path("missing")), StorageError);
  EXPECT_THROW(source_ids_in(directory()), StorageError);
}

}  // namespace
}  // namespace walbench::storage
