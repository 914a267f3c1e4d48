using RedisTagCache.Entries;
using RedisTagCache.Leases;
using RedisTagCache.TestSupport;
using RedisTagCache.Tests.Scripts;

namespace RedisTagCache.Tests.Leases;

public sealed class HeldLeaseTests : IDisposable
{
    // Far below the time that a call may take.
    private static readonly TimeSpan _third = TimeSpan.FromMilliseconds(200);
    private readonly ThrowingLogger _logger = new();
    private readonly ScriptedInstance _instance;
    private string? _answer = ":1\r\n";

    public HeldLeaseTests()
    {
        _instance = new ScriptedInstance(_logger);
        _instance.Answers["lease_renew"] = _ => _answer;
        _instance.Answers["lease_release"] = _ => ":1\r\n";
    }

    public void Dispose()
    {
        _instance.Dispose();
        _logger.Dispose();
    }

    [Theory]
    [InlineData(":1\r\n")]
    [InlineData("-ERR trouble\r\n")] // nobody knows whose it is
    [InlineData("$7\r\nforeign\r\n")]
    [InlineData("*0\r\n")]
    public async Task Renew_WhileItMayBeTheCallers_HappensEachThirdOfItsLife(string answer)
    {
        using var lease = await HoldAsync();
        _answer = answer;
        _instance.Time.Advance(_third - TimeSpan.FromMilliseconds(1));
        await SettleAsync();
        Assert.Equal(0, Renewals);
        _instance.Time.Advance(TimeSpan.FromMilliseconds(1));
        await SettleAsync();
        Assert.Equal(1, Renewals);
        Assert.InRange(await RenewedAgainAsync(3), 2, 4); // one that comes while another is under way is left out
        Assert.All(_instance.Server.AskedOf("lease_renew"), words => Assert.Equal(["lease_renew", "{rtc:0}:l:hybrid:build:k", "me", "5000"], words));
    }

    [Fact]
    public async Task Renew_ThatThrowsWhatIsNotOfRedis_IsFollowedByOthers()
    {
        using var lease = await HoldAsync();
        _answer = "-ERR trouble\r\n";
        _logger.IsThrowing = true; // of the failure
        await RenewedAgainAsync(3);
        await Eventually.BecomesTrueAsync(() => _logger.Count >= 2, "the renewals have thrown");
    }

    [Fact]
    public async Task Renew_OfALeaseThatIsAnothers_IsTheLast()
    {
        using var lease = await HoldAsync();
        _answer = ":0\r\n";
        await RenewedAgainAsync(1);
        await SettleAsync();
        await NoMoreAsync(Renewals);
    }

    [Fact]
    public async Task Renew_WhileOneIsUnderWay_DoesNotAddAnother()
    {
        using var held = new ManualResetEventSlim();
        _instance.Answers["lease_renew"] = _ =>
        {
            held.Wait(TimeSpan.FromSeconds(30));
            return ":1\r\n";
        };
        using var lease = await HoldAsync();
        for (var i = 0; i < 4; i++)
            _instance.Time.Advance(_third);
        held.Set();
        await SettleAsync();
        Assert.Equal(1, Renewals);
        await RenewedAgainAsync(2);
    }

    [Theory]
    [InlineData(0, "", "0")]
    [InlineData(5_000, "pause", "5000")]
    public async Task Release_WithOrWithoutAPause_GivesItBackAndRenewsNoMore(int pause, string successor, string duration)
    {
        using var lease = await HoldAsync();
        await lease.ReleaseAsync(TimeSpan.FromMilliseconds(pause));
        Assert.Equal(["me", successor, duration, "PUBLISH"], Assert.Single(_instance.Server.AskedOf("lease_release"))[4..]);
        await NoMoreAsync(0);
    }

    [Fact]
    public async Task Pass_Always_TellsTheOthersThatNoneIsNeeded()
    {
        using var lease = await HoldAsync();
        await lease.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["me", "pass", "1000", "PUBLISH"], Assert.Single(_instance.Server.AskedOf("lease_release"))[4..]);
        await NoMoreAsync(0);
    }

    [Fact]
    public async Task Dispose_Always_AsksForNothing()
    {
        (await HoldAsync()).Dispose();
        await NoMoreAsync(0);
        Assert.Empty(_instance.Server.AskedOf("lease_release"));
    }

    private int Renewals => _instance.Server.AskedOf("lease_renew").Count();

    private async Task<HeldLease> HoldAsync()
    {
        await _instance.ConnectAsync();
        var values = _instance.Get<ValueStore>();
        return new HeldLease(_instance.Get<LeaseClient>(), values.Locate("k"), "me", 3 * _third, _instance.Time);
    }

    /// <summary>What was sent before is there.</summary>
    private Task<bool> SettleAsync() => _instance.Get<ValueStore>().Locate("k").Watch.PollAsync();

    /// <summary>Gives how many thirds that took.</summary>
    private async Task<int> RenewedAgainAsync(int times)
    {
        var thirds = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                thirds++;
                _instance.Time.Advance(_third);
                await SettleAsync();
                return Renewals >= times;
            },
            "it is renewed");
        return thirds;
    }

    private async Task NoMoreAsync(int renewals)
    {
        for (var i = 0; i < 4; i++)
            _instance.Time.Advance(_third);
        await SettleAsync();
        Assert.Equal(renewals, Renewals);
    }
}
