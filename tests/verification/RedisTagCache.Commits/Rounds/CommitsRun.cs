using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RedisTagCache.Commits.Site;
using RedisTagCache.TestSupport;
using StackExchange.Redis;

namespace RedisTagCache.Commits.Rounds;

/// <summary>
/// Two sites that read, and one that writes and that the fault hits. After each round, what the database has decides what the readers must serve:
/// the new version within a bound, or the very rendering that they served before.
/// </summary>
internal sealed class CommitsRun : IAsyncDisposable
{
    private const int Id = 1;
    private const int Other = 2;
    private const string Database = "commits";
    private static readonly string[] _kinds = ["page", "value"];
    private static readonly TimeSpan _bound = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _outage = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(2);

    private readonly RedisServer _redis;
    private readonly ConnectionMultiplexer _admin;
    private readonly PostgresServer _postgres;
    private readonly SiteProcess[] _readers;
    private SiteProcess? _writer;
    private TimeSpan _usual;
    private int _version;

    private CommitsRun(RedisServer redis, ConnectionMultiplexer admin, PostgresServer postgres, SiteProcess[] readers) =>
        (_redis, _admin, _postgres, _readers) = (redis, admin, postgres, readers);

    private string ConnectionString => _postgres.ConnectionString(Database);

    public static async Task<CommitsRun> StartAsync()
    {
        var postgres = await PostgresServer.StartAsync();
        var redis = await RedisServer.StartAsync();
        var database = postgres.ConnectionString(Database);
        await using (var db = new StoryContext(new DbContextOptionsBuilder<StoryContext>().UseNpgsql(database).UseRedisTagCache().Options))
            await db.Database.EnsureCreatedAsync();
        await using (var source = NpgsqlDataSource.Create(database))
        await using (var insert = source.CreateCommand($"INSERT INTO \"Stories\" (\"Id\", \"Version\") VALUES ({Id}, 0), ({Other}, 0)"))
            await insert.ExecuteNonQueryAsync();
        SiteProcess[] readers = [await SiteProcess.StartAsync(redis.ConnectionString, database), await SiteProcess.StartAsync(redis.ConnectionString, database)];
        return new CommitsRun(redis, await redis.ConnectAsync(), postgres, readers);
    }

    /// <summary>Returns the names and versions of the servers.</summary>
    public async Task<string> DescribeServersAsync()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var version = source.CreateCommand("SHOW server_version");
        return $"Redis {_admin.GetServers()[0].Version}, PostgreSQL {await version.ExecuteScalarAsync()}";
    }

    /// <summary>Runs rounds with a fault, and prints how they ended.</summary>
    public async Task<Tally> RunAsync(Fault fault, int rounds)
    {
        var tally = new Tally();
        for (var round = 1; round <= rounds; round++)
        {
            var writer = await ReadyWriterAsync();
            await SettleAsync(fault);
            var before = await WarmUpAsync();
            var evicted = await EvictedAtAsync();
            var asked = await SaveAsync(writer, fault);
            await CheckAsync(tally, round, fault == Fault.RedisHangs, before, evicted, asked);
        }

        Console.WriteLine($"{fault}, {rounds} rounds: {tally}");
        return tally;
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
        foreach (var reader in _readers)
            await reader.DisposeAsync();
        await _admin.DisposeAsync();
        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    /// <summary>
    /// Waits until nothing is left to evict of the round before: an eviction may happen twice. After an outage, its instance also retries from its memory, of which the
    /// database knows nothing.
    /// </summary>
    private async Task SettleAsync(Fault fault)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var rows = source.CreateCommand("SELECT COUNT(*) FROM redistagcache_outbox");
        await Eventually.BecomesTrueAsync(async () => (long)(await rows.ExecuteScalarAsync())! == 0, "all rows are evicted", TimeSpan.FromMinutes(1));
        if (fault == Fault.RedisHangs)
            await Task.Delay(_settling);
    }

    /// <summary>Returns what the readers serve, after it has settled: the current version, each rendering twice.</summary>
    private async Task<Dictionary<(SiteProcess Reader, string Kind), string>> WarmUpAsync()
    {
        var shown = new Dictionary<(SiteProcess Reader, string Kind), string>();
        foreach (var (reader, kind) in Views())
        {
            await Eventually.BecomesTrueAsync(
                async () =>
                {
                    var (first, second) = (await reader.ShowAsync(kind, Id), await reader.ShowAsync(kind, Id));
                    shown[(reader, kind)] = first ?? "";
                    return first == second && IsOf(first, _version);
                },
                "the readers serve what they served before",
                TimeSpan.FromMinutes(1));
        }

        return shown;
    }

    /// <summary>Saves a new version while the fault happens: at a random moment from the beginning of the transaction to a while after its commit.</summary>
    private async Task<Asked> SaveAsync(SiteProcess writer, Fault fault)
    {
        var rollBack = Random.Shared.Next(8) == 0;
        if (fault == Fault.RedisHangs)
            _redis.Hang();
        var saving = writer.SaveAsync(Id, _version + 1, rollBack);
        await writer.IsSavingAsync();
        var started = Stopwatch.GetTimestamp();
        var moment = _usual * (2 * Random.Shared.NextDouble());
        SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(started) >= moment);
        switch (fault)
        {
            case Fault.WriterKilled:
                writer.Kill();
                break;
            case Fault.RedisHangs:
                if (Random.Shared.Next(2) == 0)
                    writer.Kill();
                await Task.Delay(_outage - Stopwatch.GetElapsedTime(started));
                _redis.Resume();
                break;
            case Fault.DatabaseRestarts:
                await _postgres.RestartAsync();
                break;
        }

        var isAnswered = await saving;
        return rollBack ? Asked.RollBack : isAnswered ? Asked.AnsweredCommit : Asked.Commit;
    }

    private async Task CheckAsync(Tally tally, int round, bool isOutage, Dictionary<(SiteProcess Reader, string Kind), string> before, double? evicted, Asked asked)
    {
        var watch = Stopwatch.StartNew();
        var version = await CommittedAsync();
        if (version == _version)
        {
            _ = asked == Asked.RollBack ? tally.RolledBack++ : tally.Lost++;
            if (asked == Asked.AnsweredCommit)
                tally.Violated(round, "a commit was confirmed, and the database does not have it");
            foreach (var ((reader, kind), shown) in before)
                await IsKeptAsync(tally, round, watch, reader, kind, shown, isOutage);
            if (await EvictedAtAsync() != evicted)
                tally.Violated(round, "nothing was committed, and the tag was evicted");
        }
        else
        {
            _ = asked == Asked.AnsweredCommit ? tally.Confirmed++ : tally.Unanswered++;
            if (asked == Asked.RollBack)
                tally.Violated(round, "a change was rolled back, and the database has it");
            _version = version;
            foreach (var (reader, kind) in Views())
                await IsNewAsync(tally, round, watch, reader, kind);
            tally.Slowest = watch.Elapsed > tally.Slowest ? watch.Elapsed : tally.Slowest;
        }
    }

    private async Task IsNewAsync(Tally tally, int round, Stopwatch watch, SiteProcess reader, string kind)
    {
        if (await ShowsAsync(watch, reader, kind, shown => IsOf(shown, _version)) is { } other)
            tally.Violated(round, $"version {_version} was committed, and after {_bound} the {kind} was still '{other}'");
    }

    /// <summary>What a reader renders while Redis does not answer may be stored when it is back, in place of what was stored before. Otherwise, that must be there.</summary>
    private async Task IsKeptAsync(Tally tally, int round, Stopwatch watch, SiteProcess reader, string kind, string before, bool isOutage)
    {
        if (await ShowsAsync(watch, reader, kind, shown => isOutage ? IsOf(shown, _version) : shown == before) is { } other)
            tally.Violated(round, $"nothing was committed, and the {kind} '{before}' became '{other}'");
    }

    /// <summary>Returns the number of the last eviction of the tag, from Redis itself. Nothing if there was none.</summary>
    private Task<double?> EvictedAtAsync() => _admin.GetDatabase().SortedSetScoreAsync("{rtc:0}:marks", "h=" + Story.Tag(Id));

    /// <summary>Waits until a reader shows what it must, within the bound from the end of the fault. Returns what it shows if that is something else.</summary>
    private static async Task<string?> ShowsAsync(Stopwatch watch, SiteProcess reader, string kind, Func<string?, bool> isRight)
    {
        string? shown = null;
        try
        {
            await Eventually.BecomesTrueAsync(
                async () => isRight(shown = await reader.ShowAsync(kind, Id)), "the reader shows what it must", _bound > watch.Elapsed ? _bound - watch.Elapsed : TimeSpan.Zero);
            return null;
        }
        catch (TimeoutException)
        {
            return shown ?? "an error";
        }
    }

    /// <summary>Returns the version in the database, after all that a killed writer has sent has ended.</summary>
    private async Task<int> CommittedAsync()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        if (_writer is { IsKilled: true })
        {
            await using var connections = source.CreateCommand($"SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = '{_writer.Name}'");
            await Eventually.BecomesTrueAsync(async () => (long)(await connections.ExecuteScalarAsync())! == 0, "the database has ended the writer's connections");
        }

        await using var select = source.CreateCommand($"SELECT \"Version\" FROM \"Stories\" WHERE \"Id\" = {Id}");
        return (int)(await select.ExecuteScalarAsync())!;
    }

    /// <summary>Returns a writer that has saved before, so that it is known how long that takes.</summary>
    private async Task<SiteProcess> ReadyWriterAsync()
    {
        if (_writer is { IsKilled: true })
        {
            await _writer.DisposeAsync();
            _writer = null;
        }

        var writer = _writer ??= await SiteProcess.StartAsync(_redis.ConnectionString, ConnectionString);
        for (var saves = 0; saves < 5;)
        {
            var saving = writer.SaveAsync(Other, Random.Shared.Next(), rollBack: saves == 0);
            await writer.IsSavingAsync();
            var started = Stopwatch.GetTimestamp();
            saves = await saving ? saves + 1 : 0;
            _usual = Stopwatch.GetElapsedTime(started);
        }

        return writer;
    }

    private IEnumerable<(SiteProcess Reader, string Kind)> Views() => _readers.SelectMany(static _ => _kinds, static (reader, kind) => (reader, kind));

    private static bool IsOf(string? shown, int version) => shown?.StartsWith(FormattableString.Invariant($"{version} "), StringComparison.Ordinal) == true;
}
