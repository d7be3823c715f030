// gateway/cli/csv.hpp
// CSV (RFC 4180) record by record from a stream, so that a file may be larger than memory: commas,
// quoted fields with "" for a quote, line breaks inside quotes, LF or CRLF, a byte order mark.
//
// Limits   kCsvRecordBytesMax a record, kCsvFieldsMax fields.
// Errors   malformed with the line: a quote never closed, text beside a quoted field, a quote in
// the
//          middle of an unquoted one, a limit passed. After one of them there is no next record,
//          since nobody knows where it would begin.
// Threads  one.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace parley::gateway {

inline constexpr std::size_t kCsvRecordBytesMax = 256 * 1024;
inline constexpr std::size_t kCsvFieldsMax = 256;

struct CsvRecord {
  std::size_t line = 0;  // where it begins, from 1
  std::vector<std::string> fields;
};

class CsvReader {
 public:
  explicit CsvReader(std::istream& in);
  // False: the file has ended. Empty lines are skipped.
  Result<bool> next(CsvRecord& record);

 private:
  Result<void> read_record(CsvRecord& record);
  Result<void> read_quoted(CsvRecord& record);
  Result<void> put(CsvRecord& record, int c);
  int take();
  int peek() const;

  std::istream& in_;
  std::size_t line_ = 1;
  std::size_t bytes_ = 0;  // of this record
};

}  // namespace parley::gateway
