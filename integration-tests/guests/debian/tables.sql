-- SPDX-License-Identifier: Apache-2.0
create table t(n integer primary key, word text, x real);
with recursive c(i) as (select 1 union all select i + 1 from c where i < 400)
insert into t select i, printf('%c%c%d', 97 + i * 7 % 26, 97 + i * 11 % 26, i * i % 1009), i * 1.1 / (i % 13 + 1) from c;
create index w on t(word);
select word, n, round(x, 6) from t where word like 'q%' order by word desc;
select n % 10 as k, count(*), sum(x), avg(x), min(word), group_concat(n % 7, '') from t group by k having count(*) > 3 order by k;
update t set x = x * 2 where n in (select n from t where word > 'm');
select a.n, b.word from t a join t b on b.n = a.n * 3 where a.word < b.word order by a.n limit 25;
select typeof(1 / 3.0), 1 / 3.0, 9007199254740993, -7 % 3, 1e308 * 10, quote('it''s'), upper('abc');
delete from t where n % 3 = 0;
select count(*), total(x), max(length(word)) from t;
