#include "engine/workload/lifecycle/schema.hpp"

#include <fmt/format.h>

namespace walbench::engine {
namespace {

constexpr std::string_view kBenchSchema = R"sql(
CREATE TABLE files(
  file_path TEXT PRIMARY KEY,
  content_hash TEXT NOT NULL,
  filename TEXT NOT NULL,
  file_size INTEGER NOT NULL,
  metadata_json TEXT,
  metadata_quality TEXT DEFAULT 'unknown',
  is_deleted INTEGER NOT NULL DEFAULT 0,
  error_message TEXT,
  gemini_file_uri TEXT,
  gemini_file_id TEXT,
  upload_timestamp TEXT,
  remote_expiration_ts TEXT,
  embedding_model_version TEXT,
  created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f','now')),
  updated_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%f','now')),
  ai_metadata_status TEXT DEFAULT 'pending',
  ai_confidence_score REAL,
  entity_extraction_version TEXT,
  entity_extraction_status TEXT DEFAULT 'pending',
  upload_attempt_count INTEGER DEFAULT 0,
  last_upload_hash TEXT,
  mtime REAL,
  orphaned_gemini_file_id TEXT,
  missing_since TEXT,
  upload_hash TEXT,
  enrichment_version TEXT,
  gemini_store_doc_id TEXT,
  gemini_state TEXT NOT NULL DEFAULT 'untracked'
    CHECK(gemini_state IN ('untracked','uploading','processing','indexed','failed')),
  gemini_state_updated_at TEXT,
  version INTEGER NOT NULL DEFAULT 0,
  intent_type TEXT,
  intent_started_at TEXT,
  intent_api_calls_completed INTEGER
);
CREATE INDEX idx_gemini_state ON files(gemini_state);
)sql";

constexpr std::string_view kProductionAdditions = R"sql(
CREATE INDEX idx_content_hash ON files(content_hash);
CREATE INDEX idx_metadata_quality ON files(metadata_quality);
CREATE INDEX idx_intent_type ON files(intent_type);
CREATE TRIGGER files_stamp_updated_at AFTER UPDATE ON files
BEGIN
  UPDATE files SET updated_at = strftime('%Y-%m-%dT%H:%M:%f','now')
  WHERE file_path = NEW.file_path;
END;
)sql";

}  // namespace

std::string_view schema_name(Schema schema) {
  return schema == Schema::production ? "production" : "bench";
}

std::string schema_sql(Schema schema) {
  std::string sql(kBenchSchema);
  if (schema == Schema::production) sql.append(kProductionAdditions);
  return sql;
}

std::string bench_file_path(std::int64_t index) {
  return fmt::format("/bench/file_{:04}.txt", index);
}

std::string bench_content_hash(std::uint64_t seed, std::int64_t index) {
  // The output function of splitmix64 (Steele, Lea, Flood 2014) is a bijection of 64-bit numbers,
  // so distinct inputs give distinct hashes.
  std::uint64_t mixed = seed * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(index);
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  mixed ^= mixed >> 31U;
  return fmt::format("{:016x}", mixed);
}

}  // namespace walbench::engine
