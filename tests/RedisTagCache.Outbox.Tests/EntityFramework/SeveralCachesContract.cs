using System.Buffers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.Outbox.Tests.Databases;
using RedisTagCache.TestSupport;

namespace RedisTagCache.Outbox.Tests.EntityFramework;

/// <summary>A commit with evictions in several caches waits for all of them at the same time. Applications stand for caches.</summary>
public abstract class SeveralCachesContract(RedisFixture redis) : LibrarySuite(redis)
{
    private const int Count = 3;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Commit_WithEvictionsInSeveralCaches_WaitsForAllAtTheSameTime(bool isAsync)
    {
        var store = new MeetingStore(2 * Count); // each evicts and expires
        var caches = await CreateCachesAsync(store);
        await using var first = caches[0].Context();
        await using var transaction = await first.Database.BeginTransactionAsync();
        foreach (var app in caches)
        {
            await using var db = app.Context();
            db.Database.SetDbConnection(first.Database.GetDbConnection());
            await db.Database.UseTransactionAsync(transaction.GetDbTransaction());
            db.EvictOnCommit("said");
            db.ExpireOnCommit("soft");
        }

        if (isAsync)
            await transaction.CommitAsync();
        else
            transaction.Commit();
        AssertMet(caches, store, meetings: 2); // before the commit, and after it
    }

    private protected override Task<App> CreateFirstAsync() => KeepAsync(App.ForContextAsync(Database, Redis, Guid.NewGuid().ToString("N")));

    private protected async Task<App[]> CreateCachesAsync(MeetingStore store)
    {
        var apps = new App[Count];
        for (var i = 0; i < Count; i++)
        {
            apps[i] = await KeepAsync(Task.FromResult(App.Create(
                Redis, Guid.NewGuid().ToString("N"), static options => options.OperationTimeout = TimeSpan.FromSeconds(5), services => services
                    .AddDbContextFactory<LibraryContext>(options =>
                    {
                        Database.Use(options);
                        options.UseRedisTagCache();
                    })
                    .AddRedisTagCacheOutbox<LibraryContext>(static options => options.EvictBeforeCommit = true)
                    .AddSingleton<ITagCacheStore>(store))));
        }

        return apps;
    }

    private protected static void AssertMet(App[] caches, MeetingStore store, int meetings)
    {
        Assert.Equal(meetings, store.Meetings);
        foreach (var app in caches)
            Assert.DoesNotContain(app.Log.GetSnapshot(), record => record.Id.Id == 100);
    }
}

/// <summary>Evicts nothing, and ends a call only when all calls have started.</summary>
/// <param name="count">How many calls must have started.</param>
internal sealed class MeetingStore(int count) : ITagCacheStore
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _meeting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    /// <summary>Gets how often all calls have met.</summary>
    public int Meetings { get; private set; }

    public ValueTask<CacheLookup> GetAsync(CacheEntryKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<CacheWriteOutcome> SetAsync(
        CacheEntryKey key, ReadOnlySequence<byte> value, CacheVersion version, TagCacheEntryOptions options, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask RemoveAsync(CacheEntryKey key, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default) => MeetAsync();

    public ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) => MeetAsync();

    public ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default) => MeetAsync();

    public ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default) => MeetAsync();

    private ValueTask MeetAsync()
    {
        lock (_lock)
        {
            var meeting = _meeting;
            if (++_started == count)
            {
                (_started, _meeting) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                Meetings++;
                meeting.SetResult();
            }

            return new ValueTask(meeting.Task);
        }
    }
}

public sealed class SqliteSeveralCachesTests(RedisFixture redis) : SeveralCachesContract(redis)
{
    protected override Task<TestDatabase> CreateDatabaseAsync() => Task.FromResult<TestDatabase>(new SqliteDatabase());
}

public sealed class PostgresSeveralCachesTests(RedisFixture redis, PostgresFixture postgres) : SeveralCachesContract(redis)
{
    protected override async Task<TestDatabase> CreateDatabaseAsync() => await PostgresDatabase.CreateAsync(await postgres.GetAsync());

    [Fact]
    public async Task Scope_WithEvictionsInSeveralCaches_WaitsForAllAtTheSameTime()
    {
        var store = new MeetingStore(6);
        var caches = await CreateCachesAsync(store);
        using (var scope = new System.Transactions.TransactionScope(System.Transactions.TransactionScopeAsyncFlowOption.Enabled))
        {
            foreach (var app in caches)
            {
                await using var db = app.Context();
                db.EvictOnCommit("said");
                db.ExpireOnCommit("soft");
                await db.SaveChangesAsync();
            }

            scope.Complete();
        }

        AssertMet(caches, store, meetings: 1);
    }
}
