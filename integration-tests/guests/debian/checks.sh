# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2016 # Programs of awk and perl.
# Debian's programs on fixed inputs. Sourced by a shell that defines run PROGRAM ARGS…, in a folder with the inputs;
# prints a line for each check: its name, the exit code, and size and digest of what the program printed, and the errors
# of one that failed.
check() {
    name=$1
    shift
    code=0
    "$@" >output 2>errors || code=$?
    echo "check $name $code $(wc -c <output) $(sha256sum <output | cut -c 1-64)"
    [ $code = 0 ] || cat errors
}

check sort run bin/busybox sort -k 2 words.txt
check sha256sum run bin/busybox sha256sum words.txt
check gzip run bin/busybox gzip -9 -c <words.txt
check awk run bin/busybox awk '{ n[$1 % 97]++; sum += $1 * 1.25; gsub(/[aeiou]+/, "<&>") } NR % 50 == 0 { print $2 }
    END { for (i = 0; i < 97; i++) printf "%d ", n[i]; printf "%.6f %.9g\n", sum, sum / 343 }' words.txt
check bc run bin/busybox bc -l <numbers.bc
check openssl-digests run usr/bin/openssl dgst -sha512 -sha3-256 words.txt
check openssl-sha3 run usr/bin/openssl dgst -sha3-384 words.txt
check openssl-aes run usr/bin/openssl enc -aes-256-ctr -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f \
    -iv 000102030405060708090a0b0c0d0e0f -in words.txt
check openssl-chacha run usr/bin/openssl enc -chacha20 -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f \
    -iv 000102030405060708090a0b0c0d0e0f -in words.txt
check sqlite3 run usr/bin/sqlite3 -batch :memory: <tables.sql
check xz run usr/bin/xz -2 -T 1 -c <words.txt
check perl run usr/bin/perl -e 'while (<>) { $n{$_} += length for /([a-z]{3})/g; } print map { "$_ $n{$_}\n" } sort keys %n;
    printf "%.15g %s\n", sin(1) ** 0.5, join ",", map { sprintf "%b", $_ * 77 } 1 .. 20' words.txt
check cc1 run usr/lib/gcc/aarch64-linux-gnu/12/cc1 -quiet -nostdinc -O2 -o compiled.s program.c
check cc1-assembly cat compiled.s
check as run usr/bin/aarch64-linux-gnu-as -o object.o assembly.s
check as-object cat object.o
check python3 run usr/bin/python3.11 -I -S -B checks.py
