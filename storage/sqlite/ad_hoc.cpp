#include "storage/sqlite/ad_hoc.hpp"

#include <cstddef>
#include <utility>

namespace walbench::storage {

SqliteAdHocConnection::SqliteAdHocConnection(const std::string& path, std::stop_token stop)
    : stop_(std::move(stop)), connection_(path, nullptr), ended_(connection_, stop_) {}

StatementFacts SqliteAdHocConnection::ask(const std::string& sql) {
  try {
    const Statement statement = connection_.prepare(sql);
    return {.columns = static_cast<std::size_t>(statement.columns()),
            .only_reads = statement.only_reads()};
  } catch (const SqliteError&) {
    StatementFacts facts{.refusal = sqlite3_errmsg(connection_.handle())};
    const int offset = sqlite3_error_offset(connection_.handle());
    if (offset >= 0) facts.offset = static_cast<std::size_t>(offset);
    return facts;
  }
}

void SqliteAdHocConnection::execute(const std::string& sql) {
  Statement statement = connection_.prepare(sql);
  while (statement.step()) {
  }
}

}  // namespace walbench::storage
