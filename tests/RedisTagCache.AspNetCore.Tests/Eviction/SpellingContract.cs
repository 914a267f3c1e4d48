using System.Net;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OutputCaching;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>Every spelling of an address that leads to a page: an eviction of what the page shows reaches it, by template and by a literal tag.</summary>
public abstract class SpellingContract(SpelledPages pages)
{
    private readonly PageApp _a = pages.A;
    private readonly PageApp _b = pages.B;

    /// <summary>Gets the page, another spelling of the address that evicts it by template, and its tag in the natural spelling.</summary>
    public static TheoryData<string, string, string> Spellings => new()
    {
        { "/p/Hello", "/p/hello", "p:hello" },
        { "/P/HELLO", "/p/Hello", "p:Hello" },
        { "/p/hello/", "/p/hello", "p:hello" },
        { "/p/hello%20", "/p/hello", "p:hello" },
        { "/p/%68ello", "/p/hello", "p:HELLO" },
        { "/p/a%2Fb", "/p/a%2fb", "p:a/b" },
        { "/p/stra%C3%9Fe", "/p/STRA%C3%9FE", "p:stra\u00DFe" },
        { "/p/%C4%B1", "/p/%C4%B1", "p:\u0131" },
        { "/p/%C4%B0", "/p/%C4%B0", "p:\u0130" },
        { "/p/%E2%84%AA", "/p/k", "p:K" },
        { "/p/%CF%83%CF%82", "/p/%CE%A3%CE%A3", "p:\u03C3\u03C3" },
        { "/p/%D0%BF%D1%80", "/p/%D0%9F%D0%A0", "p:\u043F\u0440" },
        { "/p/007", "/p/007", "p:007" },
        { "/posts/007", "/posts/7", "post:7" },
        { "/posts/+7", "/posts/07", "post:7" },
        { "/posts/%207", "/posts/7", "post:7" },
        { "/posts/-0", "/posts/0", "post:0" },
        { "/mvc/0x7", "/mvc/7", "mvc:7" },
        { "/mvc/007", "/mvc/%237", "mvc:7" },
        { "/guids/6F9619FF8B86D011B42D00C04FC964FF", "/guids/%7B6f9619ff-8b86-d011-b42d-00c04fc964ff%7D", "guid:6f9619ff-8b86-d011-b42d-00c04fc964ff" },
        { "/flags/TRUE", "/flags/true", "flag:true" },
        { "/prices/1.50", "/prices/01.5", "price:1.5" },
        { "/days/01-02-2024", "/days/2024-01-02", "day:2024-01-02" },
        { "/docs/A/b/", "/docs/a/B", "doc:a/b" },
        { "/docs/a%2Fb", "/docs/a/b", "doc:a/b" },
        { "/paged", "/paged/1", "paged:1" },
        { "/paged/01", "/paged", "paged:1" },
        { "/query?ID=7", "/query?id=007", "query:7" },
        { "/query?id=+7", "/query?Id=7", "query:7" },
        { "/query?id=7&id=8", "/query?id=8&id=9", "query:8" },
        { "/query?id=%37", "/query?id=7", "query:7" },
        { "/query?id=8", "/query?id=8.0", "query:8" },
        { "/unvaried?id=7", "/unvaried?id=07", "unvaried:7" },
        { "/tenant", "/tenant", "tenant:pages" },
        { "/kinds/Draft", "/kinds/1", "kind:draft" },
        { "/kinds/01", "/kinds/Draft", "kind:1" },
        { "/list", "/list?page=01", "list:1" },
        { "/list?page=1", "/list", "list:1" },
        { "/two/007/Hello", "/two/7/hello", "two:7:hello" },
    };

    [Theory]
    [MemberData(nameof(Spellings))]
    public async Task Eviction_InAnotherSpelling_ReachesThePage(string page, string other, string tag)
    {
        var old = await StoredAsync(_a, page);
        Assert.Equal(old, await GetAsync(_b, page));
        using (var response = await _b.Client.PostAsync(other, null))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEqual(old, await GetAsync(_a, page));

        var next = await StoredAsync(_a, page);
        Assert.Equal(next, await GetAsync(_b, page));
        await _b.Pages.EvictByTagAsync(tag, TestContext.Current.CancellationToken);
        Assert.NotEqual(next, await GetAsync(_a, page));
    }

    [Fact]
    public async Task Eviction_OfAnotherValue_LeavesThePage()
    {
        foreach (var (page, other, tag) in new[] { ("/p/hello", "/p/hello2", "p:hell"), ("/posts/7", "/posts/70", "post:77"), ("/query?id=7", "/query?id=70", "query:8"), ("/p/%C4%B1", "/p/i", "p:i") })
        {
            var old = await StoredAsync(_a, page);
            (await _b.Client.PostAsync(other, null)).Dispose();
            await _b.Pages.EvictByTagAsync(tag, TestContext.Current.CancellationToken);
            Assert.Equal(old, await GetAsync(_a, page));
        }
    }

    [Fact]
    public async Task Value_ThatThePolicyDoesNotVaryBy_IsPartOfTheKey()
    {
        var (seven, eight) = (await StoredAsync(_a, "/unvaried?id=7&x=1"), await StoredAsync(_a, "/unvaried?id=8&x=1"));
        Assert.NotEqual(seven, eight);
        Assert.Equal(seven, await GetAsync(_b, "/unvaried?x=2&id=7"));
        await _b.Pages.EvictByTagAsync("unvaried:8", TestContext.Current.CancellationToken);
        Assert.Equal((seven, true), (await GetAsync(_a, "/unvaried?id=7&x=3"), eight != await GetAsync(_a, "/unvaried?id=8")));

        var (one, two) = (await StoredAsync(_a, "/tenant", "one"), await StoredAsync(_a, "/tenant", "two"));
        Assert.NotEqual(one, two);
        await _b.Pages.EvictByTagAsync("tenant:ONE", TestContext.Current.CancellationToken);
        Assert.Equal((true, two), (one != await GetAsync(_a, "/tenant", "one"), await GetAsync(_a, "/tenant", "two")));
    }

    [Fact]
    public async Task Page_WithMoreValuesThanTags_IsNotStored()
    {
        var many = "/query?" + string.Join('&', Enumerable.Range(0, 100).Select(i => "id=" + i));
        Assert.NotEqual(await GetAsync(_a, many), await GetAsync(_a, many));
        var some = "/query?" + string.Join('&', Enumerable.Range(0, 20).Select(i => "id=" + i));
        await StoredAsync(_a, some);
    }

    [Fact]
    public async Task TagWithOneBrace_DoesNotStopTheOthers()
    {
        foreach (var tag in new[] { "brace:{", "{brace", "}{", "post:7" })
        {
            var old = await StoredAsync(_a, "/braces/007");
            Assert.Equal(old, await GetAsync(_b, "/braces/007"));
            await _b.Pages.EvictByTagAsync(tag, TestContext.Current.CancellationToken);
            Assert.NotEqual(old, await GetAsync(_a, "/braces/007"));
        }
    }

    private static Task<string> StoredAsync(PageApp app, string path, string tenant = "pages") => PageApp.StoredAsync(() => GetAsync(app, path, tenant));

    private static async Task<string> GetAsync(PageApp app, string path, string tenant = "pages")
    {
        // As it is written: HttpClient would tidy it up.
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("http://" + app.Client.BaseAddress!.Authority + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Headers.Add("Tenant", tenant);
        using var response = await app.Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync();
    }
}

[Route("mvc/{id}")]
public sealed class SpelledController(Func<string> next) : ControllerBase
{
    [HttpGet]
    [OutputCache(Duration = 300, Tags = ["mvc:{id}"])]
    public string Show(int id) => $"{id}: {next()}";

    [HttpPost]
    [EvictOutputCache(Tags = ["mvc:{id}"])]
    public string Change(int id) => $"{id}: {next()}";
}

public sealed class SpellingTests(SpelledPages<RedisFixture> pages) : SpellingContract(pages), IClassFixture<SpelledPages<RedisFixture>>;

public sealed class ClusterSpellingTests(SpelledPages<ClusterFixture> pages) : SpellingContract(pages), IClassFixture<SpelledPages<ClusterFixture>>;

public sealed class InMemorySpellingTests(SpelledPages<InMemoryFixture> pages) : SpellingContract(pages), IClassFixture<SpelledPages<InMemoryFixture>>;
