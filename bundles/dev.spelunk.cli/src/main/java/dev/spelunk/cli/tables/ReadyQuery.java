// SPDX-License-Identifier: Apache-2.0
package dev.spelunk.cli.tables;

import java.util.Arrays;
import java.util.Locale;

/** Questions that are asked again and again, in DuckDB's SQL. */
public enum ReadyQuery {
    FUNCTIONS("samples by function and Exception level", """
            select run, el, coalesce(function, format('[0x{:x}]', pc >> 12 << 12)) as function, count(*) as samples,
                   round(100.0 * count(*) / any_value(total), 2) as percent, round(avg(total_latency), 1) as mean_latency
            from records join (select run, count(pc) as total from records group by run) using (run)
            where pc is not null
            group by run, el, coalesce(function, format('[0x{:x}]', pc >> 12 << 12))
            order by run, samples desc, function limit 50
            """),
    HOT_LINES("instructions that wait longest for what they read", """
            select run, function, format('0x{:x}', pc) as pc, count(*) as loads, sum(total_latency) as latency,
                   round(avg(total_latency), 1) as mean, quantile_disc(total_latency, 0.95) as p95,
                   max(total_latency) as longest, mode(coalesce(data_source_name, memory_level)) as mostly_from
            from records where operation_class = 'load_store' and not store
            group by all order by run, latency desc, pc limit 40
            """),
    FALSE_SHARING("lines of 64 bytes that one CPU writes and others use, at different addresses", """
            with accesses as (
              select run, coalesce(data_physical_address, data_virtual_address) as address, coalesce(vcpu, cpu) as cpu,
                     store, function, total_latency, coalesce(event_cache_data_modified, false) as modified
              from records where coalesce(data_physical_address, data_virtual_address) is not null)
            select run, format('0x{:x}', address >> 6 << 6) as line, count(distinct cpu) as cpus,
                   count(*) filter (not store) as loads, count(*) filter (store) as stores,
                   count(distinct address) as addresses, count(distinct cpu) filter (store) as writers,
                   count(*) filter (modified) as modified_elsewhere, round(avg(total_latency), 1) as mean_latency,
                   string_agg(distinct function, ' ' order by function) as functions
            from accesses group by run, address >> 6
            having cpus > 1 and stores > 0 and addresses > 1
            order by run, stores * loads desc, line limit 40
            """),
    MISPREDICTED("branches by how often they were mispredicted", """
            select run, function, format('0x{:x}', pc) as pc, operation, count(*) as samples,
                   count(*) filter (event_mispredicted) as mispredicted,
                   round(100.0 * count(*) filter (event_mispredicted) / count(*), 1) as percent,
                   count(*) filter (not event_not_taken) as taken
            from records where operation_class = 'branch'
            group by all having mispredicted > 0 order by run, mispredicted desc, pc limit 40
            """),
    TLB_WALKERS("instructions whose addresses need translation table walks", """
            select run, function, format('0x{:x}', pc) as pc, count(*) as accesses,
                   count(*) filter (event_tlb_walk) as walks,
                   round(100.0 * count(*) filter (event_tlb_walk) / count(*), 1) as percent,
                   round(avg(translation_latency) filter (event_tlb_walk), 1) as mean_translation,
                   count(distinct data_virtual_address >> 12) as pages
            from records where event_tlb_access or event_tlb_walk
            group by all having walks > 0 order by run, walks desc, pc limit 40
            """),
    DATA_SOURCES("where the data of each function came from", """
            with counted as (
              select run, function, coalesce(data_source_name, memory_level) as source, count(*) as samples,
                     round(avg(total_latency), 1) as mean_latency
              from records where coalesce(data_source_name, memory_level) is not null group by all)
            select run, function, source, samples,
                   round(100.0 * samples / sum(samples) over (partition by run, function), 1) as percent, mean_latency
            from counted order by run, sum(samples) over (partition by run, function) desc, function, samples desc
            limit 60
            """),
    TASKS_OVER_TIME("samples of each task in twenty intervals of time", """
            with times as (
              select run, coalesce(task, 'context ' || coalesce(context_el1, context_el2), 'EL' || el) as task,
                     least(19, 20 * (timestamp - min(timestamp) over (partition by run))
                       // greatest(1, max(timestamp) over (partition by run) - min(timestamp) over (partition by run)))
                       as interval
              from records where timestamp is not null)
            select run, interval, task, count(*) as samples from times
            group by all order by run, interval, samples desc, task
            """),
    EVENTS("records with each event", """
            with counted as (
              select run, count(*) as records, sum(columns('event_.*')::int) from records group by run)
            select run, replace(event, 'event_', '') as event, samples::bigint as samples,
                   round(100.0 * samples / records, 2) as percent
            from (unpivot counted on columns('event_.*') into name event value samples)
            where samples > 0 order by run, samples desc, event
            """),
    LATENCIES("latencies by operation: halves, tenths and hundredths", """
            select run, operation, count(*) as samples, round(avg(total_latency), 1) as mean,
                   quantile_disc(total_latency, 0.5) as p50, quantile_disc(total_latency, 0.9) as p90,
                   quantile_disc(total_latency, 0.99) as p99, max(total_latency) as longest,
                   quantile_disc(issue_latency, 0.9) as issue_p90, quantile_disc(translation_latency, 0.9) as translation_p90
            from records where operation is not null group by all order by run, samples desc, operation
            """),
    HOT_PAGES("pages of 4 KiB by accesses", """
            select run, format('0x{:x}', data_virtual_address >> 12 << 12) as page, count(*) as accesses,
                   count(*) filter (store) as stores, count(*) filter (event_l1d_refill) as refills,
                   round(avg(total_latency), 1) as mean_latency, mode(function) as mostly_by
            from records where data_virtual_address is not null
            group by all order by run, accesses desc, page limit 40
            """),
    CPUS("records of each CPU, and the time between the first and the last", """
            select run, coalesce(vcpu, cpu) as cpu, count(*) as records, sum(record_bytes) as bytes,
                   max(timestamp) - min(timestamp) as ticks
            from records group by all order by run, cpu
            """);

    private final String description;
    private final String sql;

    ReadyQuery(String description, String sql) {
        this.description = description;
        this.sql = sql;
    }

    /** By which people name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What it tells. */
    public String description() {
        return description;
    }

    /** The question. */
    public String sql() {
        return sql;
    }

    /** The one of a name; null when there is none. */
    public static ReadyQuery of(String label) {
        return Arrays.stream(values())
                .filter(query -> query.label().equals(label))
                .findFirst()
                .orElse(null);
    }
}
