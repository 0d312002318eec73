#include "logs/stamp.h"

#include <ctime>

namespace logs {

namespace {

void write_decimal(char* to, size_t digits, std::int64_t value) {
    while (digits-- > 0) {
        to[digits] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

void write_calendar(char* to, std::int64_t second) {
    const time_t moment = second;
    tm local{};
    ::tzset();
    ::localtime_r(&moment, &local);
    write_decimal(to, 4, local.tm_year + 1900);
    to[4] = '-';
    write_decimal(to + 5, 2, local.tm_mon + 1);
    to[7] = '-';
    write_decimal(to + 8, 2, local.tm_mday);
    to[10] = ' ';
    write_decimal(to + 11, 2, local.tm_hour);
    to[13] = ':';
    write_decimal(to + 14, 2, local.tm_min);
    to[16] = ':';
    write_decimal(to + 17, 2, local.tm_sec);
    to[19] = '.';
}

}  // namespace

std::string_view Stamper::stamp(WallTime time) {
    if (second_ != time.seconds) {
        write_calendar(text_.data(), time.seconds);
        second_ = time.seconds;
    }
    write_decimal(text_.data() + 20, 9, time.nanoseconds);
    text_[29] = text_[30] = ' ';
    return {text_.data(), text_.size()};
}

}  // namespace logs
