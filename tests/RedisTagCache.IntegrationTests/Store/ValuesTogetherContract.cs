using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using RedisTagCache.Commands;
using RedisTagCache.Invalidation;
using RedisTagCache.TestSupport;
using RedisTagCache.Topology;
using StackExchange.Redis;

namespace RedisTagCache.IntegrationTests.Store;

/// <summary>Many values that are written at once travel together, and each is treated as if it were alone.</summary>
public abstract class ValuesTogetherContract(IEngine engine) : StoreSuite(engine)
{
    private const int Many = 300;
    private const int Greeting = Many + 1;
    private const string Owner = "me";
    private static readonly EpochStamp _now = new(100, 7, 1);
    private static readonly EpochStamp _past = new(101, 7, 1); // of a history that has not got there
    private Partition? _partition;

    [Fact]
    public async Task Overwrites_AreNumberedOneAfterTheOtherAndAnnouncedTogether()
    {
        await using var heard = await HearAsync();
        await BeginAsync(lease: 'o');
        var overwrites = new ValueOverwrites(Partition, new VersionText());
        var replies = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => overwrites.WriteAsync(Database, At(i), Bytes(i), 60_000, i % 3 == 0 ? _past : _now).AsTask()));
        Assert.All(replies.Index(), static one => Assert.Equal((one.Index % 3 != 0, (EpochStamp?)_now), (one.Item.Stored, one.Item.Stamp)));

        var inOrder = replies.OrderBy(static reply => reply.Removal).ToArray();
        Assert.All(inOrder.Zip(inOrder.Skip(1)), static pair => Assert.Equal(pair.First.Removal, pair.Second.Before));
        for (var i = 0; i < Many; i++)
        {
            Assert.Equal(i % 3 == 0 ? null : Name(i), (string?)await Database.StringGetAsync(At(i).Key)); // the old one is gone either way
            Assert.Equal(replies[i].Removal, (long)(await Database.SortedSetScoreAsync(Partition.Removals, (byte[])At(i).Key!))!);
            Assert.False(await Database.KeyExistsAsync(At(i).Lease));
        }

        await Eventually.BecomesTrueAsync(() => heard.Removals.Count >= Many, "all are announced");
        Assert.Equal(inOrder.Select(static reply => (reply.Before, reply.Removal)), heard.Removals.Select(static one => (one.Before, one.Number)));
        Assert.Equal(Enumerable.Range(0, Many).OrderBy(i => replies[i].Removal).Select(i => (string?)At(i).Key), heard.Removals.Select(static one => one.Entry));
        Assert.InRange(heard.Messages, Many / 16, Many / 2);
    }

    [Fact]
    public async Task Overwrites_OfOneKey_LeaveTheLastOne()
    {
        await BeginAsync(lease: null);
        var overwrites = new ValueOverwrites(Partition, new VersionText());
        var replies = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => overwrites.WriteAsync(Database, At(0), Bytes(i), 60_000, _now).AsTask()));
        var last = replies.Index().MaxBy(static one => one.Item.Removal);
        Assert.Equal(Name(last.Index), (string?)await Database.StringGetAsync(At(0).Key));
        Assert.Equal(last.Item.Removal, (long)(await Database.SortedSetScoreAsync(Partition.Removals, (byte[])At(0).Key!))!);
        Assert.Equal(Many, replies.Select(static reply => reply.Removal).Distinct().Count());
    }

    [Fact]
    public async Task Fills_AreJudgedEachByItsLeaseAndItsVersion()
    {
        await using var heard = await HearAsync();
        await BeginAsync(lease: 'w');
        var removals = await new ValueOverwrites(Partition, new VersionText()).WriteAsync(Database, At(Many), Bytes(Many), 60_000, _now);
        var fills = new ValueFills(Partition, new VersionText());
        var replies = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => (i % 4) switch
        {
            0 => fills.WriteAsync(Database, At(i), Bytes(i), 60_000, _now, Owner, startedAt: 1).AsTask(), // holds the lease
            1 => fills.WriteAsync(Database, At(i), Bytes(i), 60_000, _past, Owner, startedAt: 1).AsTask(), // is older than an eviction
            2 => fills.WriteAsync(Database, At(i), Bytes(i), 60_000, _now, "another", removals.Removal).AsTask(), // has no lease, and nothing was removed since
            _ => fills.WriteAsync(Database, At(i), Bytes(i), 60_000, _now, "another", startedAt: 1).AsTask(), // has no lease, and what was removed since is not known
        }));
        Assert.All(replies.Index(), one => Assert.Equal((one.Index % 4 is 0 or 2, (EpochStamp?)_now, removals.Removal), (one.Item.Stored, one.Item.Stamp, one.Item.Removal)));
        for (var i = 0; i < Many; i++)
        {
            Assert.Equal(i % 4 is 0 or 2 ? Name(i) : null, (string?)await Database.StringGetAsync(At(i).Key));
            Assert.Equal(i % 4 >= 2, await Database.KeyExistsAsync(At(i).Lease));
        }

        var released = Enumerable.Range(0, Many).Where(static i => i % 4 < 2).Select(i => (string)At(i).Key!).ToHashSet();
        await Eventually.BecomesTrueAsync(() => heard.Released.ToHashSet().SetEquals(released), "each that was waited for is announced");
    }

    private Partition Partition => _partition ??= Partitions[0];

    private EntryLocation At(int i) => new(Partition, $"{Partition.HashTag}:e:h:b:{Name(i)}", $"{Partition.HashTag}:l:h:b:{Name(i)}");

    private static string Name(int i) => "value-" + i.ToString("0000", CultureInfo.InvariantCulture);

    private static byte[] Bytes(int i) => Encoding.UTF8.GetBytes(Name(i));

    /// <summary>Gives the partition its epoch, and each key a lease, for which somebody waits if it is <c>w</c>.</summary>
    private async Task BeginAsync(char? lease)
    {
        await Database.StringSetAsync(Partition.Epoch, _now.ToString());
        if (lease is not { } kind)
            return;
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i => Database.HashSetAsync(At(i).Lease, "owner", Owner)));
        if (kind == 'w')
            await Task.WhenAll(Enumerable.Range(0, Many).Select(i => Database.HashSetAsync(At(i).Lease, "waiters", 1)));
    }

    /// <summary>
    /// Hears what is announced from now on. A first message has come the way of the others: in a cluster, a node that was asked to publish one may be another than the one whose script does,
    /// and a node that has just met the others may lose what it passes on.
    /// </summary>
    private async Task<Heard> HearAsync()
    {
        await BeginAsync(lease: null);
        var channel = Partition.IsSharded ? RedisChannel.Sharded(Partition.Channel) : RedisChannel.Literal(Partition.Channel);
        var heard = new Heard(await Database.Multiplexer.GetSubscriber().SubscribeAsync(channel), greeting: (string)At(Greeting).Key!);
        var overwrites = new ValueOverwrites(Partition, new VersionText());
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await overwrites.WriteAsync(Database, At(Greeting), Bytes(Greeting), 60_000, _now);
                return heard.IsGreeted;
            },
            "messages come");
        return heard;
    }

    /// <summary>What was announced.</summary>
    private sealed class Heard : IAsyncDisposable
    {
        private readonly ChannelMessageQueue _queue;
        private readonly string _greeting;
        private volatile bool _isGreeted;
        private int _messages;

        public Heard(ChannelMessageQueue queue, string greeting)
        {
            _queue = queue;
            _greeting = greeting;
            queue.OnMessage(message => Take((byte[])message.Message!));
        }

        public ConcurrentQueue<(long Before, long Number, string Entry)> Removals { get; } = [];

        public ConcurrentQueue<string> Released { get; } = [];

        public int Messages => Volatile.Read(ref _messages);

        public bool IsGreeted => _isGreeted;

        public async ValueTask DisposeAsync() => await _queue.UnsubscribeAsync();

        private void Take(ReadOnlySpan<byte> message)
        {
            var isRemoval = BackplaneMessage.TryParseRemovals(message, out var before, out var number, out var entries);
            if (isRemoval && entries.EndsWith(Encoding.UTF8.GetBytes(_greeting)))
            {
                _isGreeted = true;
                return;
            }

            Interlocked.Increment(ref _messages);
            if (BackplaneMessage.TryParseRelease(message, out var released, out _))
                Released.Enqueue(Encoding.UTF8.GetString(released));
            for (; isRemoval && BackplaneMessage.TryTake(ref entries, out var entry); (before, number) = (number, number + 1))
                Removals.Enqueue((before, number, Encoding.UTF8.GetString(entry)));
        }
    }
}

public sealed class StandaloneValuesTogetherTests(StandaloneEngine engine) : ValuesTogetherContract(engine), IClassFixture<StandaloneEngine>;

public sealed class ClusterValuesTogetherTests(ClusterEngine engine) : ValuesTogetherContract(engine), IClassFixture<ClusterEngine>;

public sealed class EmbeddedValuesTogetherTests(EmbeddedEngine engine) : ValuesTogetherContract(engine), IClassFixture<EmbeddedEngine>;

public sealed class InMemoryValuesTogetherTests(InMemoryEngine engine) : ValuesTogetherContract(engine), IClassFixture<InMemoryEngine>;
