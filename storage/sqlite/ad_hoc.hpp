#pragma once

#include <stop_token>
#include <string>

#include "storage/ad_hoc_connection.hpp"
#include "storage/sqlite/ended_by_stop.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {

/// To an SQLite database.
class SqliteAdHocConnection final : public AdHocConnection {
 public:
  /// The file must exist. A stop ends what runs. Throws SqliteError.
  SqliteAdHocConnection(const std::string& path, std::stop_token stop);

  StatementFacts ask(const std::string& sql) override;
  void execute(const std::string& sql) override;

 private:
  std::stop_token stop_;
  Connection connection_;
  EndedByStop ended_;
};

}  // namespace walbench::storage
